-- Grain: one row per week and channel with viewing.

{{ config(meta={'period': 'week'}) }}

{{ channel_viewing_by_period('week') }}
