//! The tables, the same on both databases.

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Text,
        username_key -> Text,
        email -> Text,
        password_hash -> Text,
        administrator -> Bool,
        approved -> Bool,
        disabled -> Bool,
        date_created -> Timestamp,
        service_account -> Bool,
        date_anonymised -> Nullable<Timestamp>,
    }
}

diesel::table! {
    tokens (id) {
        id -> BigInt,
        user_id -> BigInt,
        token_hash -> Binary,
        date_created -> Timestamp,
        expiration_date -> Nullable<Timestamp>,
        last_used -> Nullable<Timestamp>,
        name -> Nullable<Text>,
        scopes -> Text,
        project_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    password_resets (user_id) {
        user_id -> BigInt,
        code_hash -> Binary,
        expiration_date -> Timestamp,
    }
}

diesel::table! {
    signature_nonces (token_id, nonce) {
        token_id -> BigInt,
        nonce -> Text,
        expiration_date -> Timestamp,
    }
}

diesel::table! {
    projects (id) {
        id -> BigInt,
        name -> Text,
        name_key -> Text,
        description -> Text,
        owner_id -> BigInt,
        date_created -> Timestamp,
        date_archived -> Nullable<Timestamp>,
    }
}

diesel::table! {
    project_members (project_id, user_id) {
        project_id -> BigInt,
        user_id -> BigInt,
        date_added -> Timestamp,
        role -> Text,
    }
}

diesel::table! {
    events (seq) {
        seq -> BigInt,
        at -> Timestamp,
        actor -> Nullable<BigInt>,
        credential -> Nullable<Text>,
        request_id -> Nullable<Text>,
        action -> Text,
        project -> Nullable<BigInt>,
        subject -> Text,
        payload_hash -> Binary,
        format -> SmallInt,
    }
}

diesel::table! {
    event_payloads (seq) {
        seq -> BigInt,
        salt -> Binary,
        payload -> Text,
    }
}

diesel::table! {
    unsealed (seq) {
        seq -> BigInt,
    }
}

diesel::table! {
    tree_nodes (level, number) {
        level -> SmallInt,
        number -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    checkpoint_keys (id) {
        id -> BigInt,
        verifier -> Text,
        date_added -> Timestamp,
    }
}

diesel::table! {
    checkpoints (id) {
        id -> BigInt,
        size -> BigInt,
        signed_at -> Timestamp,
        note -> Text,
    }
}

diesel::table! {
    positions (position) {
        position -> BigInt,
        seq -> BigInt,
        leaf -> Binary,
        sealed_at -> Timestamp,
    }
}

diesel::table! {
    subject_versions (kind, id, from_position) {
        kind -> Text,
        id -> BigInt,
        from_position -> BigInt,
        to_position -> Nullable<BigInt>,
        project -> Nullable<BigInt>,
        seq -> BigInt,
    }
}

diesel::table! {
    idempotency_keys (user_id, route, key_hash) {
        user_id -> BigInt,
        route -> Text,
        key_hash -> Binary,
        request_hash -> Binary,
        status -> SmallInt,
        location -> Nullable<Text>,
        etag -> Nullable<Text>,
        body -> Binary,
        expiration_date -> Timestamp,
    }
}

diesel::table! {
    templates (id) {
        id -> BigInt,
        project_id -> Nullable<BigInt>,
        kind -> Text,
        name -> Text,
        name_key -> Text,
        version -> BigInt,
        date_created -> Timestamp,
        date_retired -> Nullable<Timestamp>,
    }
}

diesel::table! {
    template_versions (template_id, version) {
        template_id -> BigInt,
        version -> BigInt,
        line -> BigInt,
        data_schema -> Text,
        body -> Text,
        lifecycle -> Text,
        date_created -> Timestamp,
    }
}

diesel::table! {
    records (id) {
        id -> BigInt,
        project_id -> BigInt,
        kind -> Text,
        version -> BigInt,
        title_key -> Text,
        status -> Text,
        template_id -> Nullable<BigInt>,
        template_line -> Nullable<BigInt>,
        date_changed -> Timestamp,
        date_trashed -> Nullable<Timestamp>,
        state -> Text,
    }
}

diesel::table! {
    record_tags (record_id, tag_key) {
        record_id -> BigInt,
        tag_key -> Text,
    }
}

diesel::table! {
    record_people (record_id, user_id) {
        record_id -> BigInt,
        user_id -> BigInt,
    }
}

diesel::table! {
    record_links (source_id, relation, target_id) {
        source_id -> BigInt,
        relation -> Text,
        target_id -> BigInt,
    }
}

diesel::table! {
    record_comments (id) {
        id -> BigInt,
        record_id -> BigInt,
        author_id -> Nullable<BigInt>,
        version -> BigInt,
        text -> Text,
        date_created -> Timestamp,
        date_changed -> Timestamp,
        date_removed -> Nullable<Timestamp>,
    }
}

diesel::table! {
    record_signatures (id) {
        id -> BigInt,
        record_id -> BigInt,
        version -> BigInt,
        signer_id -> BigInt,
        meaning -> Text,
        date_signed -> Timestamp,
        event -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    webhooks (id) {
        id -> BigInt,
        project_id -> Nullable<BigInt>,
        url -> Text,
        description -> Text,
        filter -> Text,
        enabled -> Bool,
        salt -> Binary,
        cursor -> BigInt,
        version -> BigInt,
        date_created -> Timestamp,
        date_changed -> Timestamp,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> BigInt,
        webhook_id -> BigInt,
        position -> BigInt,
        subject -> Text,
        body -> Text,
        state -> Text,
        attempts -> SmallInt,
        next_attempt -> Timestamp,
        last_status -> Nullable<SmallInt>,
        last_error -> Nullable<Text>,
        date_created -> Timestamp,
        date_ended -> Nullable<Timestamp>,
    }
}

diesel::joinable!(tokens -> users (user_id));
diesel::joinable!(password_resets -> users (user_id));
diesel::joinable!(projects -> users (owner_id));
diesel::joinable!(project_members -> users (user_id));
diesel::joinable!(event_payloads -> events (seq));
diesel::joinable!(template_versions -> templates (template_id));
diesel::joinable!(record_comments -> records (record_id));
diesel::joinable!(webhook_deliveries -> webhooks (webhook_id));
diesel::allow_tables_to_appear_in_same_query!(users, password_resets);
diesel::allow_tables_to_appear_in_same_query!(
    records,
    record_tags,
    record_people,
    record_links,
    record_comments,
    project_members,
    templates,
    template_versions
);
diesel::allow_tables_to_appear_in_same_query!(users, tokens, projects, project_members);
diesel::allow_tables_to_appear_in_same_query!(events, event_payloads, unsealed, positions);
diesel::allow_tables_to_appear_in_same_query!(webhooks, webhook_deliveries);
diesel::allow_tables_to_appear_in_same_query!(webhooks, project_members);
