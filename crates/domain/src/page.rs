//! Parts of a list.

use crate::Invalid;

/// Which part of a list is wanted: a page by its number, or what follows a place.
///
/// ```
/// use omicron_domain::Page;
///
/// let page = Page::numbered(3, 50)?;
/// assert_eq!((page.offset(), page.limit()), (100, 50));
/// assert_eq!(Page::numbered(1, 5000)?.limit(), Page::MOST); // never more than that at once
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The page of this number, from 1 on.
    Numbered {
        /// The page's number.
        number: i64,
        /// How many items a page holds.
        items: i64,
    },
    /// The items whose id is greater than this one: as quick at the millionth as at the first.
    After {
        /// The last id of the part before; 0 for the first.
        id: i64,
        /// How many items at most.
        limit: i64,
    },
}

impl Page {
    /// The most items that one page holds.
    pub const MOST: i64 = 1000;

    /// The page `number` of `items` each, [`Page::MOST`] at most.
    ///
    /// # Errors
    /// [`Invalid::NotAPage`] if either is less than 1, or their product is beyond `i64`.
    pub fn numbered(number: i64, items: i64) -> Result<Self, Invalid> {
        if number < 1 || items < 1 || number.checked_mul(items).is_none() {
            return Err(Invalid::NotAPage);
        }
        Ok(Self::Numbered { number, items: items.min(Self::MOST) })
    }

    /// At most `limit` items that follow the one with this id.
    ///
    /// # Errors
    /// [`Invalid::NotAPage`] if the limit is less than 1.
    pub fn after(id: i64, limit: i64) -> Result<Self, Invalid> {
        if limit < 1 {
            return Err(Invalid::NotAPage);
        }
        Ok(Self::After { id, limit: limit.min(Self::MOST) })
    }

    /// How many items at most.
    #[must_use]
    pub fn limit(self) -> i64 {
        match self {
            Self::Numbered { items, .. } => items,
            Self::After { limit, .. } => limit,
        }
    }

    /// How many items of the list come before this page; 0 where a place says it.
    #[must_use]
    pub fn offset(self) -> i64 {
        match self {
            Self::Numbered { number, items } => (number - 1) * items,
            Self::After { .. } => 0,
        }
    }

    /// The id that all items of this page are beyond; 0 where a number says which they are.
    #[must_use]
    pub fn after_id(self) -> i64 {
        match self {
            Self::Numbered { .. } => 0,
            Self::After { id, .. } => id,
        }
    }

    /// Whether the whole list is counted with this page.
    #[must_use]
    pub fn is_counted(self) -> bool {
        matches!(self, Self::Numbered { .. })
    }
}

impl Default for Page {
    /// The first page, as long as a page can be.
    fn default() -> Self {
        Self::Numbered { number: 1, items: Self::MOST }
    }
}

/// A part of a list, and how long the whole is.
///
/// ```
/// let listing = omicron_domain::Listing { items: vec!["a", "b"], total: Some(7) };
/// assert_eq!(listing.map(str::len).items, [1, 1]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// The items of this part, in the list's order.
    pub items: Vec<T>,
    /// How many items all parts have together; not counted for [`Page::After`].
    pub total: Option<i64>,
}

impl<T> Listing<T> {
    /// The same part of the list, each item turned into something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Listing<U> {
        Listing { items: self.items.into_iter().map(f).collect(), total: self.total }
    }
}
