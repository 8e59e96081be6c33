"""What the database itself does with every write: queues an event for its seal, keeps what a row was before,
and refuses to change what is only ever added to.

Set with the walls at every start, from the same Resources. The triggers run with the rights of whoever
writes, so nothing here can be used to reach behind the walls; a superuser can switch any of it off, and what
she then does to an event is found by `pathways audit verify`.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps

from pathways.domain.governance.policy import Resource
from pathways.domain.terms.people import Role
from pathways.records import canon

APP_ROLE = "pathways_app"

#: Tables with walls of their own, which follow from what they are and not from the matrix.
TABLES = frozenset({"event_seal", "event_unsealed", "row_change"})

STREAMS = tuple(canon.TABLES.values())

#: Tables about a person whose rows are not kept in the change history, each with its reason.
WITHOUT_HISTORY = {
    Resource.JOURNEY_EVENT: "only ever added to, and sealed",
    Resource.ACCESS_EVENT: "only ever added to, and sealed",
    Resource.NAME_TOKEN: "made from her name, and made anew when it is corrected",
    Resource.TAKE_IN_PART: "files of many megabytes, kept for days, which are to go altogether",
    Resource.TAKEN_ROW: "says only where an entry came from, and the entry has a history of its own",
    Resource.SURVEY_INVITATION: "says who answered, and a history would say when, beside the answers",
    Resource.EXCERPT: "taken out when a participant withdraws, and then to be gone",
    Resource.QUOTATION: "goes with its excerpt; who asked, who decided and when stand on the row",
    Resource.SETTLEMENT: "goes with its excerpt; who settled it, when and why stand on the row",
    Resource.SURVEY_SHEET: "an answer has no writer, and a history would name one",
    Resource.EVALUATION_RELEASE: "holds whole files; each making and each review is an event with its hash",
    Resource.DRAFT: "its writer's own unfinished words, kept every few seconds",
}

_ROLE = "(select nullif(current_setting('pathways.role', true), ''))"
_SEALS = f"{_ROLE} = '{Role.SEALING.value}'"
_CLERK = f"{_ROLE} = '{Role.CLERK.value}'"


def with_history() -> tuple[Resource, ...]:
    """The tables whose rows' former values are kept."""
    return tuple(resource for resource in Resource if resource not in WITHOUT_HISTORY)


def statements() -> list[str]:
    """Everything that sets the guards, in order. Running it again gives the same guards."""
    made = [_APPEND_ONLY, _QUEUE, _HISTORY]
    for table in (*STREAMS, "event_seal"):
        made += [
            f"drop trigger if exists only_added_to on {table}",
            f"create trigger only_added_to before update or delete or truncate on {table}"
            " for each statement execute function only_added_to()",
        ]
    for stream, table in canon.TABLES.items():
        made += [
            f"drop trigger if exists queued_for_sealing on {table}",
            f"create trigger queued_for_sealing after insert on {table} referencing new table as made"
            f" for each statement execute function queue_for_sealing('{stream}')",
        ]
    for resource in with_history():
        made += _history_of(resource)
    made += _walls()
    return made


def _history_of(resource: Resource) -> list[str]:
    table = resource.value
    columns = {field.column for field in _model(resource)._meta.concrete_fields}
    client = "id" if resource is Resource.CLIENT else "client_id"
    organisation = next((name for name in ("organisation_id", "from_organisation_id") if name in columns), "")
    said = f"'{client if client in columns else ''}', '{organisation}'"
    made = []
    for operation, tables in (
        ("insert", "new table as after_it"),
        ("update", "old table as before_it new table as after_it"),
        ("delete", "old table as before_it"),
    ):
        name = f"history_of_{operation}"
        made += [
            f"drop trigger if exists {name} on {table}",
            f"create trigger {name} after {operation} on {table} referencing {tables}"
            f" for each statement execute function keep_{operation}({said})",
        ]
    return made


def _walls() -> list[str]:
    """Who may do what with the tables that the triggers and the sealer write."""
    made: list[str] = []
    for table in sorted(TABLES):
        made += [
            f"alter table {table} enable row level security",
            f"alter table {table} force row level security",
            f"revoke all on {table} from public, {APP_ROLE}",
            *(f"drop policy if exists may_{each} on {table}" for each in ("select", "insert", "delete")),
        ]
    made += [
        # seals: the sealer adds, and nobody whatever changes or removes
        f"create policy may_select on event_seal for select to {APP_ROLE} using ({_SEALS})",
        f"create policy may_insert on event_seal for insert to {APP_ROLE} with check ({_SEALS})",
        f"grant select, insert on event_seal to {APP_ROLE}",
        # the queue: whoever writes an event adds, the sealer takes
        f"create policy may_select on event_unsealed for select to {APP_ROLE} using ({_SEALS})",
        "create policy may_insert on event_unsealed for insert to public with check (true)",
        f"create policy may_delete on event_unsealed for delete to {APP_ROLE} using ({_SEALS})",
        f"grant select, insert, delete on event_unsealed to {APP_ROLE}",
        # history: read by whoever may read the row itself, which the row's own wall answers
        f"create policy may_select on row_change for select to {APP_ROLE} using ({_CLERK} or {_may_read()})",
        "create policy may_insert on row_change for insert to public with check (true)",
        f"create policy may_delete on row_change for delete to {APP_ROLE} using ({_CLERK})",
        f"grant select, insert, delete on row_change to {APP_ROLE}",
        f"grant usage, select on sequence row_change_id_seq to {APP_ROLE}",
    ]
    return made


def _may_read() -> str:
    """Whether the row can be read now, behind its own table's wall."""
    cases = " ".join(
        f"when '{resource.value}' then exists (select 1 from {resource.value} r where r.id = row_id)"  # noqa: S608 - our own names
        for resource in with_history()
    )
    return f"(case kind {cases} else false end)"


def apply(cursor: Any) -> None:
    for statement in statements():
        cursor.execute(statement)


def _model(resource: Resource) -> Any:
    models = apps.get_app_config("records").get_models()
    return next(model for model in models if model._meta.db_table == resource.value)


# A superuser is let through: she could switch the guard off anyway, and repair and rehearsal need her.
_APPEND_ONLY = """
create or replace function only_added_to() returns trigger language plpgsql as $$
begin
    if (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user) then
        return null;
    end if;
    raise exception '% is only ever added to', tg_table_name using errcode = 'insufficient_privilege';
end $$
"""

_QUEUE = """
create or replace function queue_for_sealing() returns trigger language plpgsql as $$
begin
    insert into public.event_unsealed (event_id, stream) select id, tg_argv[0]::smallint from made;
    return null;
end $$
"""

_WHO = """
    now(), nullif(current_setting('pathways.account', true), '')::uuid,
    coalesce(nullif(current_setting('pathways.role', true), ''), session_user),
    pg_current_xact_id()::text::bigint
"""

_KEPT = "kind, row_id, client_id, organisation_id, operation, at, account_id, role, together, old"

_HISTORY = f"""
create or replace function keep_insert() returns trigger language plpgsql as $$
begin
    insert into public.row_change ({_KEPT})
    select tg_table_name, (r.j->>'id')::uuid, (r.j->>tg_argv[0])::uuid, (r.j->>tg_argv[1])::uuid,
        'insert', {_WHO}, null
    from (select to_jsonb(a) as j from after_it a) r;
    return null;
end $$;
create or replace function keep_update() returns trigger language plpgsql as $$
begin
    insert into public.row_change ({_KEPT})
    select tg_table_name, (r.b->>'id')::uuid, (r.b->>tg_argv[0])::uuid, (r.b->>tg_argv[1])::uuid,
        'update', {_WHO}, r.old
    from (
        select p.b, (
            select jsonb_object_agg(c.key, c.value) from jsonb_each(p.b) c
            where c.value is distinct from p.a->c.key
        ) as old
        from (
            select to_jsonb(b) as b, to_jsonb(a) as a from before_it b join after_it a on a.id = b.id
        ) p
    ) r
    where r.old is not null;
    return null;
end $$;
create or replace function keep_delete() returns trigger language plpgsql as $$
begin
    insert into public.row_change ({_KEPT})
    select tg_table_name, (r.j->>'id')::uuid, (r.j->>tg_argv[0])::uuid, (r.j->>tg_argv[1])::uuid,
        'delete', {_WHO}, r.j
    from (select to_jsonb(b) as j from before_it b) r;
    return null;
end $$
"""  # noqa: S608 - our own names
