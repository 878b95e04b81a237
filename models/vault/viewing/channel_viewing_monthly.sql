-- Grain: one row per month and channel with viewing.

{{ config(meta={'period': 'month'}) }}

{{ channel_viewing_by_period('month') }}
