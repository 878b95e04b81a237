-- Grain: one row per title and change of its delivered details.

{{ satellite(
    'programme_hk',
    ['title_name', 'title_kind', 'title_genre', 'length_seconds'],
    ref('stg_titles__titles')
) }}
