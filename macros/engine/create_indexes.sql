{#- What dbt calls when it has made a table whole, on PostgreSQL: the indexes that a build of a few
    loads or dates reads by, so that it doesn't read the rest. Tables by date are read by date, those
    of events by the keys within a date too, satellites by what they say (`index`), the others by
    their hash key. DuckDB needs none: it skips what it doesn't read by the least and greatest value
    of each block. -#}
{% macro postgres__create_indexes(relation) %}
    {%- set names = model.columns.keys() | list -%}
    {%- set keys = [] -%}
    {%- for name in names if name.endswith('_hk') -%}
        {%- do keys.append(name) -%}
    {%- endfor -%}
    {%- set said = config.get('meta', {}).get('index') -%}
    {%- set indexes = [] -%}
    {%- if said -%}
        {%- do indexes.append(said) -%}
    {%- elif 'broadcast_date' in names -%}
        {%- do indexes.append({'columns': ['broadcast_date']}) -%}
    {%- elif 'event_date' in names -%}
        {%- do indexes.append({'columns': ['event_date'] + keys[:1]}) -%}
    {%- elif keys -%}
        {%- do indexes.append({'columns': keys[:1]}) -%}
    {%- endif -%}
    {%- if 'load_id' in names and ('broadcast_date' in names or 'event_date' in names) -%}
        {%- do indexes.append({'columns': ['load_id']}) -%}
    {%- endif -%}
    {%- for each in indexes -%}
        {%- set include = " include (" ~ each.include | join(", ") ~ ")" if each.include else "" -%}
        {%- do run_query(
            "create index on " ~ relation ~ " (" ~ each.columns | join(", ") ~ ")" ~ include
        ) -%}
    {%- endfor -%}
{% endmacro %}
