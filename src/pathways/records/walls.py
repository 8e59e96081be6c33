"""The second wall: the permission matrix as PostgreSQL row security, and the same rules as a queryset filter.

Both are compiled here from `domain.governance.policy`, so that neither can drift from the Python decision.
Every table that holds or points at a woman has row security enabled and forced; identity is set for one
transaction only, and an identity that is not set sees nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from pathways.domain.governance import conditions as c
from pathways.domain.governance import emergency, policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.terms.people import Role
from pathways.domain.triage import reading
from pathways.records import among as lookups
from pathways.records import guards
from pathways.records.guards import APP_ROLE

_RUNNING = (
    "from public.support_emergency_access e where e.account_id = account and e.organisation_id = organisation"
    f" and e.status = '{emergency.Status.OPEN.value}' and e.ends_at > now()"
)

#: Tables without row security: sign-in, reference data that names no woman, and the machinery's own.
OPEN_TABLES = frozenset(
    {
        "organisation",
        "organisation_term",
        "account",
        "appointment",
        "sharing_agreement",
        "setting",
        "bank_holiday",
        "service",
        "service_partners",
        "need_category",
        "desired_outcome",
        "complexity_level",
        "service_offer",
        "triage_policy",
        "reference_set",
        "extract_denominator",
        # what a questionnaire asks and whether a site uses it names nobody
        "instrument",
        "instrument_event",
        # what a privacy notice says to every woman alike
        "privacy_notice",
    }
)

_ME = "(select nullif(current_setting('pathways.account', true), '')::uuid)"
_ORGANISATION = "(select nullif(current_setting('pathways.organisation', true), '')::uuid)"
_ROLE = "(select nullif(current_setting('pathways.role', true), ''))"
_SECTOR = "(select nullif(current_setting('pathways.sector', true), ''))"
#: Answered once for a whole query and not once for a row, by one plan each and not by one for every setting.
#: The cast makes an array of it, not a set of arrays.
_WHOSE = (
    "nullif(current_setting('pathways.account', true), '')::uuid,"
    " nullif(current_setting('pathways.organisation', true), '')::uuid"
)
_IN_EMERGENCY = f"(select emergency_clients({_WHOSE}))::uuid[]"
#: one person at one organisation, as `Actor.seat` writes it; nobody is no seat
_SEAT = (
    "(select nullif(current_setting('pathways.account', true), '') || ' ' ||"
    " nullif(current_setting('pathways.organisation', true), ''))"
)
_COMMANDS = {
    Action.READ: "select",
    Action.CREATE: "insert",
    Action.CHANGE: "update",
    Action.REMOVE: "delete",
}

#: The only functions that run with their owner's rights: each answers keys alone, of whoever is named,
#: because a barred person must not read the table that bars them, and yet the wall must. The owner's own
#: policy, which lets these read, is on their three tables and no other.
DEFINERS = {
    "barred_keys": (
        Resource.BAR,
        "uuid[]",
        "select coalesce(array_agg(distinct key), '{}') from public.support_bar b,"
        " unnest(array_append(b.keys, b.client_id)) key where b.lifted_at is null"
        " and (b.barred_account_id = account or b.barred_organisation_id = organisation)",
    ),
    "emergency_clients": (
        Resource.EMERGENCY,
        "uuid[]",
        f"select coalesce(array_agg(e.client_id), '{{}}') {_RUNNING}",
    ),
    "emergencies_now": (
        Resource.EMERGENCY,
        "text[]",
        "select coalesce(array_agg(concat_ws(' ', e.id, e.client_id, e.holder_organisation_id,"
        " to_char(e.ends_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"'))), '{}')"
        f" {_RUNNING}",
    ),
    # the decisions, and the women, of whom this person was asked to read a level without knowing it
    "blind_keys": (
        Resource.TRIAGE_READING,
        "uuid[]",
        "select coalesce(array_agg(key), '{}') from public.support_triage_reading r,"  # noqa: S608 - our own
        " unnest(array[r.triage_id, r.client_id]) key"
        f" where r.reader_id = account and r.why = '{reading.Why.DRAWN.value}'"
        f" and r.status = '{reading.Status.WAITING.value}'",
    ),
}

lookups.register()

_python_wall: ContextVar[bool] = ContextVar("python_wall", default=True)


@contextmanager
def python_wall_down() -> Iterator[None]:
    """For tests alone: proves that row security holds by itself."""
    token = _python_wall.set(False)
    try:
        yield
    finally:
        _python_wall.reset(token)


def python_wall_stands() -> bool:
    return _python_wall.get()


def _literal(value: str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "'" + value.replace("'", "''") + "'"


def barred_unless(exempt: frozenset[Role]) -> str:
    """The keys from which whoever asks is barred; none for the roles that are exempt."""
    return _keys("barred_keys", exempt)


def _keys(function: str, exempt: frozenset[Role]) -> str:
    keys = f"{function}({_WHOSE})"
    if exempt:
        roles = ", ".join(_literal(role.value) for role in sorted(exempt))
        keys = f"case when current_setting('pathways.role', true) in ({roles}) then '{{}}' else {keys} end"
    return f"(select {keys})::uuid[]"


def sql(
    condition: c.Condition, table: str, *, after: bool = False, exempt: frozenset[Role] = frozenset()
) -> str:
    """A condition as SQL over the columns of its table.

    `after` gives the form that a changed row must satisfy: a change may move the status out of the values
    that allowed it, so Among does not bind then. `exempt` are the roles of which a guard asks nothing.
    """
    match condition:
        case c.Always():
            return "true"
        case c.OwnOrganisation(column):
            return f"{column} = {_ORGANISATION}"
        case c.Own(column):
            return f"{column} = {_ME}"
        case c.NotOwn(column):
            free = f"{_ROLE} in ({', '.join(_literal(role.value) for role in sorted(exempt))}) or "
            return f"{free if exempt else ''}{column} is distinct from {_ME}"
        case c.Unassigned(column):
            return f"{column} is null"
        case c.OwnRole(column):
            return f"{column} = {_ROLE}"
        case c.Involved(personally, column):
            mine = f" and i.account_id = {_ME}" if personally else ""
            # `exists`, not `in`: the planner may then look up the few women of one page one by one instead of
            # gathering everybody that the organisation works with, for every statement anew
            return (
                f"exists (select 1 from support_involvement i where i.client_id = {table}.{column}"  # noqa: S608 - our own names
                f" and i.organisation_id = {_ORGANISATION}{mine} and i.until_at is null)"
            )
        case c.Among(column, values):
            return "true" if after else f"{column} in ({', '.join(_literal(v) for v in values)})"
        case c.OfSector(sectors):
            return f"{_SECTOR} in ({', '.join(_literal(s.value) for s in sectors)})"
        case c.InEmergency(column):
            return f"{column} = any ({_IN_EMERGENCY})"
        case c.NotInEmergency(column):
            return f"({column} is null or {column} <> all ({_IN_EMERGENCY}))"
        case c.NotBarred(columns):
            barred = barred_unless(exempt)
            return " and ".join(f"({column} is null or {column} <> all ({barred}))" for column in columns)
        case c.NotAmongBarred(column):
            return f"not {column} && {barred_unless(exempt)}"
        case c.NotBlind(column, where, values):
            free = f"{where} not in ({', '.join(_literal(v) for v in values)}) or " if where else ""
            return f"{free}{column} is null or {column} <> all ({_keys('blind_keys', exempt)})"
        case c.Seated(column):
            return f"{_SEAT} = any ({column})"
        case c.Both(parts):
            return " and ".join(f"({sql(part, table, after=after)})" for part in parts)
        case c.Either(parts):
            return " or ".join(f"({sql(part, table, after=after)})" for part in parts)
    raise TypeError(f"{condition} has no reading in SQL")


def table_sql(action: Action, resource: Resource, *, after: bool = False) -> str | None:
    """The whole of what any role may do on one table, as one expression; None where nobody may."""
    by_condition: dict[str, list[str]] = {}
    for rule in policy.RULES:
        if action in rule.actions and resource in rule.resources:
            known = by_condition.setdefault(sql(rule.when, resource.value, after=after), [])
            known += [role.value for role in rule.roles if role.value not in known]
    if not by_condition:
        return None
    return " or ".join(
        f"({_ROLE} in ({', '.join(_literal(r) for r in sorted(roles))}) and ({condition}))"
        for condition, roles in by_condition.items()
    )


def guard_statements(resource: Resource) -> list[str]:
    """The guards of one table, as restrictive policies: what they forbid, no rule can allow."""
    table, made = resource.value, []
    for guard in policy.GUARDS:
        for command in _COMMANDS.values():
            made.append(f"drop policy if exists {guard.name}_{command} on {table}")
        if resource not in guard.when:
            continue
        demanded = sql(guard.when[resource], table, exempt=guard.exempt)
        for action in Action:
            if action not in guard.actions:
                continue
            command = _COMMANDS[action]
            holds = "with check" if action is Action.CREATE else "using"
            made.append(
                f"create policy {guard.name}_{command} on {table} as restrictive for {command}"
                f" to {APP_ROLE} {holds} ({demanded})"
            )
    return made


def definer_statements() -> list[str]:
    """The functions by which the wall reads what the person it stands before must not."""
    made: list[str] = []
    for name, (resource, answers, body) in DEFINERS.items():
        made += [
            f"create or replace function {name}(account uuid, organisation uuid) returns {answers}"
            f" language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp"
            f" as $$ {body} $$",
            f"revoke all on function {name}(uuid, uuid) from public",
            f"grant execute on function {name}(uuid, uuid) to {APP_ROLE}",
            f"drop policy if exists {name} on {resource.value}",
            f"create policy {name} on {resource.value} for select to current_user using (true)",
        ]
    return made


def statements() -> list[str]:
    """Everything that sets the wall, in order. Running it again gives the same wall."""
    made = definer_statements()
    for resource in Resource:
        table = resource.value
        made.append(f"alter table {table} enable row level security")
        made.append(f"alter table {table} force row level security")
        made.append(f"revoke all on {table} from public, {APP_ROLE}")
        granted = []
        for action, command in _COMMANDS.items():
            made.append(f"drop policy if exists may_{command} on {table}")
            allowed = table_sql(action, resource)
            if allowed is None:
                continue
            granted.append(command)
            after = table_sql(action, resource, after=True)
            using = {
                Action.READ: f"using ({allowed})",
                Action.CREATE: f"with check ({allowed})",
                Action.CHANGE: f"using ({allowed}) with check ({after})",
                Action.REMOVE: f"using ({allowed})",
            }[action]
            made.append(f"create policy may_{command} on {table} for {command} to {APP_ROLE} {using}")
        if granted:
            made.append(f"grant {', '.join(granted)} on {table} to {APP_ROLE}")
        made += guard_statements(resource)
    return made


def apply(connection: Any) -> None:
    """Sets the wall on the database, as the owner. `connection` is Django's, inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select tablename from pg_tables where schemaname = 'public' and tableowner = current_user"
        )
        tables = [row[0] for row in cursor.fetchall()]
        walled = {resource.value for resource in Resource}
        cursor.execute(f"revoke create on schema public from public, {APP_ROLE}")
        cursor.execute(f"grant usage on schema public to {APP_ROLE}")
        for table in tables:
            if table in walled or table in guards.TABLES or table == "django_migrations":
                continue
            cursor.execute(f'grant select, insert, update, delete on "{table}" to {APP_ROLE}')
        cursor.execute(f"grant usage, select on all sequences in schema public to {APP_ROLE}")
        cursor.execute(f"grant select on django_migrations to {APP_ROLE}")
        for statement in statements():
            cursor.execute(statement)
        guards.apply(cursor)


def model_of(resource: Resource) -> type[models.Model]:
    """The model whose table the resource is."""
    return _by_table()[resource.value]


def resource_of(model: type[models.Model]) -> Resource:
    return Resource(model._meta.db_table)


def _by_table() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_app_config("records").get_models()}


def filter_for(
    actor: Actor, action: Action, resource: Resource, *, among: list[UUID] | None = None
) -> Q:
    """The rows on which the actor may take `action`, as a queryset filter: the first wall for lists.

    Where only rows about some women are asked for anyway, `among` names them: then the database has to find
    out about them alone whether the actor works with them.
    """
    if not python_wall_stands():
        return Q()
    found = Q(pk__in=[])
    for rule in policy.rules_for(actor.role, action, resource):
        part = _q(rule.when, actor, among)
        if part is True:
            found = Q()
            break
        if part is not False:
            found |= part
    for guard, demanded in policy.guards_of(action, resource):
        part = _q(demanded, actor, among) if actor.role not in guard.exempt else True
        if part is False:
            return Q(pk__in=[])
        if part is not True:
            found &= part
    return found


def _q(condition: c.Condition, actor: Actor, among: list[UUID] | None) -> Q | bool:
    match condition:
        case c.Always():
            return True
        case c.OfSector(sectors):
            return actor.sector in sectors
        case c.OwnOrganisation(column):
            return Q(**{column: actor.organisation_id})
        case c.Own(column):
            return Q(**{column: actor.account_id})
        case c.NotOwn(column):
            return Q(**{f"{column}__isnull": True}) | ~Q(**{column: actor.account_id})
        case c.Unassigned(column):
            return Q(**{f"{column}__isnull": True})
        case c.OwnRole(column):
            return Q(**{column: actor.role.value})
        case c.Among(column, values):
            return Q(**{f"{column}__in": values})
        case c.Involved(personally, column):
            with_her = _live(actor, personally=personally).filter(client_id=OuterRef(column))
            return Q(Exists(with_her if among is None else with_her.filter(client_id__among=among)))
        case c.InEmergency(column):
            hers = [each.client_id for each in actor.emergencies]
            return Q(**{f"{column}__in": hers}) if hers else False
        case c.NotInEmergency(column):
            hers = [each.client_id for each in actor.emergencies]
            return ~Q(**{f"{column}__in": hers}) if hers else True
        case c.NotBarred(columns):
            barred = list(actor.barred_from)
            whole = Q()
            for column in columns if barred else ():
                whole &= ~Q(**{f"{column}__in": barred})
            return whole or True
        case c.NotAmongBarred(column):
            barred = list(actor.barred_from)
            return ~Q(**{f"{column}__overlap": barred}) if barred else True
        case c.NotBlind(column, where, values):
            blind = list(actor.blind_to)
            bound = Q(**{f"{column}__in": blind}) & (Q(**{f"{where}__in": values}) if where else Q())
            return ~bound if blind else True
        case c.Seated(column):
            return Q(**{f"{column}__contains": [actor.seat]})
        case c.Both(parts):
            whole = Q()
            for part in (_q(part, actor, among) for part in parts):
                if part is False:
                    return False
                if part is not True:
                    whole &= part
            return whole or True
        case c.Either(parts):
            some = Q()
            for part in (_q(part, actor, among) for part in parts):
                if part is True:
                    return True
                if part is not False:
                    some |= part
            return some or False
    raise TypeError(f"{condition} has no reading as a filter")


def standing() -> dict[str, Any]:
    """For a query of appointments: the keys its person is barred from there, emergencies that run now, and
    the keys of what that person reads blind."""
    whose = (models.F("account_id"), models.F("organisation_id"))
    keys, lines = ArrayField(models.UUIDField()), ArrayField(models.TextField())
    return {
        "barred_keys": models.Func(*whose, function="barred_keys", output_field=keys),
        "emergencies_now": models.Func(*whose, function="emergencies_now", output_field=lines),
        "blind_keys": models.Func(*whose, function="blind_keys", output_field=keys),
    }


def involved_clients(actor: Actor, *, personally: bool) -> Any:
    """The clients with whom the actor, or the actor's organisation, works now."""
    return _live(actor, personally=personally).values("client_id")


def _live(actor: Actor, *, personally: bool) -> models.QuerySet[Any]:
    live = apps.get_model("records", "Involvement").objects.filter(
        organisation_id=actor.organisation_id, until_at__isnull=True
    )
    return live.filter(account_id=actor.account_id) if personally else live


def facts_of(row: models.Model) -> c.RowFacts:
    """A row as the Python decision sees it, with the live involvements of the woman it is about."""
    columns = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.get_internal_type() != "BinaryField"
    }
    client_id = columns.get("id") if row._meta.db_table == "support_client" else columns.get("client_id")
    links: tuple[c.LinkFacts, ...] = ()
    if client_id is not None:
        live = apps.get_model("records", "Involvement").objects.filter(
            client_id=client_id, until_at__isnull=True
        )
        links = tuple(
            c.LinkFacts(*found) for found in live.values_list("client_id", "organisation_id", "account_id")
        )
    return c.RowFacts(columns, links)

