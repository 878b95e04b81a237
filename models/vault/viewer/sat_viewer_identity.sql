-- Grain: one row per viewer and change of its name or e-mail, as pseudonyms.

{{ satellite(
    'viewer_hk',
    ['name_pseudonym', 'email_pseudonym'],
    ref('stg_viewer_profiles__identities')
) }}
