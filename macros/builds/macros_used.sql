{#- Adds to `used` the text of a macro of this project and of all that it calls. -#}
{% macro macros_used(macro_id, used) %}
    {%- if macro_id.startswith('macro.' ~ project_name ~ '.') and macro_id not in used -%}
        {%- set definition = context[macro_id.split('.')[-1]].macro -%}
        {%- do used.update({macro_id: definition.macro_sql}) -%}
        {%- for called in definition.depends_on.macros -%}
            {%- do macros_used(called, used) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
