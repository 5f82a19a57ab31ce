with

object_references as (

    {{ landed_references() }}

)

select * from object_references
where reference_id is not null
