"""Every setting of an installation, typed: from the environment (PATHWAYS_…), else from one TOML file.

The file is the one that PATHWAYS_CONFIG names, else `pathways.toml` in the working folder, else
`/etc/soc-pathways/pathways.toml`. The environment wins over the file.
"""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


def default_data_folder() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "soc-pathways"


class Settings(BaseSettings):
    """One installation. Field NAME is read from the environment as PATHWAYS_NAME."""

    model_config = SettingsConfigDict(env_prefix="PATHWAYS_", extra="forbid", frozen=True)

    data: Path = Field(default_factory=default_data_folder, description="folder that holds everything kept")

    database_url: SecretStr | None = Field(
        None,
        description="a PostgreSQL (15 or later) to use instead of the embedded one, as the role that owns"
        " the database; used for migrations only",
    )
    app_database_url: SecretStr | None = Field(
        None,
        description="the same database as the role that the application runs as; it may own nothing and may"
        " not bypass row security. Without it the owner makes a role pathways_app, if it may make roles",
    )
    analyst_database_url: SecretStr | None = Field(
        None, description="the same database as the role that sees the pseudonymised views only"
    )
    prepare: bool = Field(
        True,
        description="plan the statements of the busiest pages once for each connection; 0 behind a pooler"
        " that hands one connection to several processes in turn",
    )
    as_owner: bool = Field(
        False, description="connect as the owner: set for migrations only, never for the web"
    )

    port: int = Field(8000, ge=0, le=65535, description="the port that the pages are served on")
    bind: str = Field("127.0.0.1", description="the address that the pages are served on")
    hosts: list[str] = Field(
        default_factory=list, description="further host names under which the pages may be asked for"
    )
    origin: str = Field(
        "",
        description="the public address in front of a proxy, such as https://pathways.example.org;"
        " with it, cookies are sent over TLS only",
    )
    web_processes: int = Field(2, ge=1, le=64, description="processes that answer pages")
    web_threads: int = Field(
        4, ge=1, le=64, description="threads in each of them, each with one database connection"
    )

    secret_file: Path | None = Field(
        None, description="file with the secret that signs sessions; made in the data folder when not named"
    )
    key: SecretStr | None = Field(None, description="the key-encryption key, 32 bytes in base64")
    key_file: Path | None = Field(
        None, description="file with the key-encryption key; made in the data folder when neither is given"
    )
    key_store: Path | None = Field(
        None, description="folder of the wrapped data keys, apart from the database and its backups"
    )

    heads: Path | None = Field(
        None, description="folder of the ledger's signed heads, such as a disk that only ever takes more"
    )

    synthetic: bool = Field(False, description="mark every page SYNTHETIC: set by `pathways demo`")

    @property
    def keys_folder(self) -> Path:
        return self.data / "keys"

    @property
    def session_secret_path(self) -> Path:
        return self.secret_file or self.keys_folder / "session-secret"

    @property
    def key_path(self) -> Path:
        return self.key_file or self.keys_folder / "key-encryption-key"

    @property
    def key_store_path(self) -> Path:
        """Where the wrapped data keys lie: never inside the database's own folder."""
        return self.key_store or self.data / "keystore"

    @property
    def heads_path(self) -> Path:
        """Where the ledger's signed heads are written: never inside the database's own folder."""
        return self.heads or self.data / "ledger"

    @property
    def is_embedded(self) -> bool:
        return self.database_url is None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file())


def config_file() -> Path | None:
    """The TOML file to read, or None when there is none."""
    named = os.environ.get("PATHWAYS_CONFIG")
    if named:
        return Path(named)
    for path in (Path("pathways.toml"), Path("/etc/soc-pathways/pathways.toml")):
        if path.is_file():
            return path
    return None


@functools.cache
def load() -> Settings:
    """The settings of this process, read once."""
    named = os.environ.get("PATHWAYS_CONFIG")
    if named and not Path(named).exists():
        raise FileNotFoundError(f"PATHWAYS_CONFIG names {named}, which is not a file")
    return Settings()


def python() -> str:
    """The interpreter that runs us, for the processes that we start."""
    return sys.executable
