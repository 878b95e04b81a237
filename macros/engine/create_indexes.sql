{#- What dbt calls when it has made a table whole, on PostgreSQL: the indexes that a build of a few
    loads or dates reads by, so that it doesn't read the rest. Tables by date are read by date, those
    of events by the keys within a date too, the others by their first key along time. DuckDB needs
    none: it skips what it doesn't read by the least and greatest value of each block. -#}
{% macro postgres__create_indexes(relation) %}
    {%- set names = model.columns.keys() | list -%}
    {%- set keys = [] -%}
    {%- for name in names if name.endswith('_hk') -%}
        {%- do keys.append(name) -%}
    {%- endfor -%}
    {%- set indexes = [] -%}
    {%- if 'broadcast_date' in names -%}
        {%- do indexes.append(['broadcast_date']) -%}
    {%- elif 'event_date' in names -%}
        {%- do indexes.append(['event_date'] + keys[:1]) -%}
    {%- elif keys -%}
        {%- do indexes.append(keys[:1] + names | select('equalto', 'effective_at') | list) -%}
    {%- endif -%}
    {%- if 'load_id' in names and ('broadcast_date' in names or 'event_date' in names) -%}
        {%- do indexes.append(['load_id']) -%}
    {%- endif -%}
    {%- for columns in indexes -%}
        {%- do run_query("create index on " ~ relation ~ " (" ~ columns | join(", ") ~ ")") -%}
    {%- endfor -%}
{% endmacro %}
