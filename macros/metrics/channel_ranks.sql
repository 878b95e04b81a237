{#- The query of every channel's `channel_rank`, its place by id, null first: numbers sort in half the time of
    texts. -#}
{% macro channel_ranks() -%}
select
    channel_hk,
    row_number() over (order by {{ by_code_point('channel_id') }} nulls first) as channel_rank
from {{ ref('hub_channel') }}
{%- endmacro %}
