{#- The seconds of a length of time given as text, HH:MM:SS or a number of seconds, exact to the microsecond:
    decimal(18,6). -#}
{% macro clock_seconds(text) -%}
    case
        when position(':' in {{ text }}) > 0 then
            3600 * cast(split_part({{ text }}, ':', 1) as decimal(12, 6))
            + 60 * cast(split_part({{ text }}, ':', 2) as decimal(12, 6))
            + cast(split_part({{ text }}, ':', 3) as decimal(12, 6))
        else cast({{ text }} as decimal(18, 6))
    end
{%- endmacro %}
