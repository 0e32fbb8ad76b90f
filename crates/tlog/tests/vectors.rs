//! The tree of eight leaves that implementations of certificate transparency are tested with.

use omicron_tlog::{
    Frontier, Hash, Leaves, VerifyError, consistency_path, inclusion_path, root,
    verify_consistency, verify_inclusion,
};

const CONTENTS: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

const INCLUSION: [(u64, u64, &[&str]); 5] = [
    (0, 1, &[]),
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

const CONSISTENCY: [(u64, u64, &[&str]); 5] = [
    (1, 1, &[]),
    (
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        6,
        7,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
];

fn tree() -> Leaves {
    CONTENTS.into_iter().map(Hash::leaf).collect()
}

fn hex(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(ToString::to_string).collect()
}

#[test]
fn the_roots_of_all_sizes() {
    let mut frontier = Frontier::default();
    for (size, expected) in (0..).zip(ROOTS) {
        assert_eq!(root(&mut tree(), size).unwrap().to_string(), expected, "{size}");
        assert_eq!(frontier.root().to_string(), expected, "{size}");
        if let Some(content) = CONTENTS.get(usize::try_from(size).unwrap()) {
            frontier.push(Hash::leaf(content));
        }
    }
}

#[test]
fn the_paths_of_inclusion() {
    for (index, size, expected) in INCLUSION {
        let path = inclusion_path(&mut tree(), index, size).unwrap();
        assert_eq!(hex(&path), expected, "{index} in {size}");
        let leaf = Hash::leaf(CONTENTS[usize::try_from(index).unwrap()]);
        let root = root(&mut tree(), size).unwrap();
        assert_eq!(verify_inclusion(leaf, index, size, &path, root), Ok(()));
    }
}

#[test]
fn the_paths_of_consistency() {
    for (first, second, expected) in CONSISTENCY {
        let path = consistency_path(&mut tree(), first, second).unwrap();
        assert_eq!(hex(&path), expected, "{first} to {second}");
        let (from, to) = (root(&mut tree(), first).unwrap(), root(&mut tree(), second).unwrap());
        assert_eq!(verify_consistency(first, from, second, to, &path), Ok(()));
    }
}

#[test]
fn no_other_claim_is_proven_by_a_path() {
    let some = Hash::leaf(b"some");
    for (index, size, _) in INCLUSION {
        let path = inclusion_path(&mut tree(), index, size).unwrap();
        let leaf = Hash::leaf(CONTENTS[usize::try_from(index).unwrap()]);
        let root = root(&mut tree(), size).unwrap();
        let check = |leaf, index, size, path: &[Hash], root| {
            verify_inclusion(leaf, index, size, path, root).unwrap_err()
        };
        check(leaf, index.wrapping_sub(1), size, &path, root);
        check(leaf, index + 1, size, &path, root);
        check(leaf, index ^ 2, size, &path, root);
        check(leaf, index, size * 2, &path, root);
        check(leaf, index, size / 2, &path, root);
        assert_eq!(check(some, index, size, &path, root), VerifyError::Root);
        assert_eq!(check(leaf, index, size, &path, some), VerifyError::Root);
        let long = [path.as_slice(), &[root]].concat();
        assert_eq!(check(leaf, index, size, &long, root), VerifyError::TooLong);
        let long = [&[root], path.as_slice()].concat();
        assert_eq!(check(leaf, index, size, &long, root), VerifyError::TooLong);
        if let Some((_, short)) = path.split_last() {
            assert_eq!(check(leaf, index, size, short, root), VerifyError::TooShort);
        }
    }
}
