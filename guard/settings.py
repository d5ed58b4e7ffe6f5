"""What a deployment sets: `guard.toml`, environment variables, arguments; the later wins.

    # guard.toml
    mode = "rewrite"
    packs = ["eating", "./ours.yaml"]
    role = "companion"

    [rules."base.soothe-only"]
    action = "annotate"

    [rewriter]
    model = "gpt-4.1-mini"

    [log]
    where = "audit.db"

The same from the environment: `GUARD_MODE=rewrite`, `GUARD_PACKS='["eating"]'`,
`GUARD_RULES='{"base.soothe-only": {"action": "annotate"}}'`. `GUARD_CONFIG` names another file.
Relative paths of packs are meant from the folder of the file.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from guard.errors import SettingsFileError
from guard.packs.conditions import Role
from guard.packs.schema import Override
from guard.packs.sources import SUFFIXES
from guard.report import Inference, Label, Mode

if TYPE_CHECKING:
    from guard.log.log import Log
    from guard.opinions import SecondOpinion
    from guard.repair.job import Rewriter

FILE = "guard.toml"
CONFIG = "GUARD_CONFIG"
_PATHS = {"where", "checkpoints", "files"}


class LogSettings(BaseModel):
    """The compliance log, `[log]`: what `guard.log.log.Log.open` takes, and how many days records
    and texts are kept, which `guard log prune` goes by."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    where: str
    keep: Literal["flagged", "all", "sampled"] = "flagged"
    rate: float = Field(default=0.01, ge=0, le=1)
    text: Literal["redacted", "hashed", "encrypted"] = "redacted"
    on_error: Literal["raise", "spill", "drop"] = "spill"
    context: int = Field(default=0, ge=0)
    checkpoints: str | None = None
    witness: str | None = None
    files: str | None = None
    two_person: bool = False
    retain_days: int | None = Field(default=None, gt=0)
    retain_text_days: int | None = Field(default=None, gt=0)

    def open(self) -> Log:
        """Open the log.

        Raises:
            LogError: something is wrong with it.
            MissingExtraError: the extra `log`, or `postgres`, is not installed.
        """
        from guard.log.log import Log

        days = {"where", "retain_days", "retain_text_days"}
        return Log.open(self.where, **self.model_dump(exclude=days))


class PriceSettings(BaseModel):
    """What a million tokens cost, read and written."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    read: Annotated[float, Field(ge=0)]
    written: Annotated[float, Field(ge=0)]


class ModelSettings(BaseModel):
    """A language model. `key` names the environment variable that holds the key; the key itself
    never stands in a file. It must end in `_API_KEY`, so that no settings file can have another
    secret sent off. `extra` are more fields for the body of each request."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    model: Annotated[str, Field(min_length=1)]
    base_url: str | None = None
    key: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*_API_KEY$")] = "OPENAI_API_KEY"
    seconds: Annotated[float, Field(gt=0)]
    extra: dict[str, JsonValue] = Field(default_factory=dict)


class RewriterSettings(ModelSettings):
    """The language model that rewrites, `[rewriter]`. Without a `model` it is the one that wrote
    the draft; `rewriter = "model"` is that with all defaults."""

    model: Annotated[str, Field(min_length=1)] | None = None  # type: ignore[assignment]
    candidates: Annotated[int, Field(ge=1, le=8)] = 2
    rounds: Annotated[int, Field(ge=1, le=2)] = 2
    seconds: Annotated[float, Field(gt=0)] = 4.0
    prices: PriceSettings | None = None

    @model_validator(mode="after")
    def _has_a_model(self) -> Self:
        if self.model is None and {"base_url", "key"} & self.model_fields_set:
            raise ValueError(
                "base_url and key need a model; the one that wrote the draft has its own"
            )
        return self

    def made(self) -> Rewriter:
        """The rewriter.

        Raises:
            MissingExtraError: the extra `openai` is not installed.
            ModelSetupError: the address is not safe, or there is no key.
        """
        from guard.repair.model import ModelRewriter, Prices, SameModel

        set_ = self.prices
        prices = None if set_ is None else Prices(set_.read, set_.written)
        given: dict[str, Any] = self.model_dump(
            include={"candidates", "rounds", "seconds", "extra"}
        )
        if self.model is None:
            return SameModel(**given, prices=prices)
        return ModelRewriter(
            self.model, base_url=self.base_url, key=self.key, prices=prices, **given
        )


class OpinionSettings(ModelSettings):
    """The language model that is asked for a second opinion, `[second_opinion]`; nobody is without
    it. `bands`: by label, how far below a threshold a score is unsure."""

    seconds: Annotated[float, Field(gt=0)] = 2.0
    bands: dict[Label, Annotated[float, Field(gt=0, le=1)]] | None = None

    def made(self) -> SecondOpinion:
        """Who is asked.

        Raises:
            MissingExtraError: the extra `openai` is not installed.
            ModelSetupError: the address is not safe, or there is no key.
        """
        from guard.repair.model import ModelJudge

        return ModelJudge(**self.model_dump(exclude_none=True))


class Deployment(BaseSettings):
    """The settings of a deployment, with their defaults."""

    model_config = SettingsConfigDict(
        env_prefix="GUARD_", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    mode: Mode = "annotate"
    packs: tuple[str, ...] = ()
    role: Role = "assistant"
    emotion_inference: Inference = "full"
    reload: float | None = Field(default=None, gt=0)
    rules: dict[str, Override] = Field(default_factory=dict)
    deadline: float = Field(default=5.0, gt=0)
    rewriter: RewriterSettings | None = None
    second_opinion: OpinionSettings | None = None
    log: LogSettings | None = None

    @field_validator("rewriter", mode="before")
    @classmethod
    def _same_model(cls, given: Any) -> Any:
        return {} if given == "model" else given


def deployment(file: str | Path | None = None, **arguments: Any) -> Deployment:
    """The settings in force here.

    Args:
        file: the settings file; None: the one `GUARD_CONFIG` names, else `guard.toml` in the
            working directory if there is one.
        arguments: what was said explicitly; None is not said.

    Raises:
        SettingsFileError: a named file is not there, is not TOML, or a setting is not valid.
    """
    named = file or os.environ.get(CONFIG)
    path = Path(named or FILE)
    content: dict[str, Any] = {}
    if named or path.is_file():
        content = _read(path)
    said = {name: value for name, value in arguments.items() if value is not None}

    class Here(Deployment):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del dotenv_settings, file_secret_settings
            return init_settings, env_settings, InitSettingsSource(settings_cls, content)

    try:
        return Here(**said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise SettingsFileError(f"setting {name}: {first['msg']}") from None
    except SettingsError as error:
        raise SettingsFileError(f"the environment: {error}") from None


def in_arguments(file: str | Path | None, given: dict[str, Any]) -> dict[str, Any]:
    """Everything that `Guard` takes, as it is set and given; what is no setting is handed on.

    Raises:
        SettingsFileError: a setting is not valid, or its file cannot be read.
        ModelSetupError: the address of a language model is not safe, or it has no key.
    """
    log, rest = given.get("log"), {name: one for name, one in given.items() if name != "log"}
    names = Deployment.model_fields.keys() - {"rewriter", "second_opinion", "deadline"}
    ours = {name: rest.pop(name) for name in names if name in rest}
    set_ = deployment(file, **ours)
    rest.setdefault("deadline", set_.deadline)
    if rest.get("rewriter") is None and set_.mode == "rewrite" and set_.rewriter:
        rest["rewriter"] = set_.rewriter.made()
    if rest.get("second_opinion") is None and set_.second_opinion:
        rest["second_opinion"] = set_.second_opinion.made()
    return rest | {
        "mode": set_.mode,
        "packs": set_.packs,
        "role": set_.role,
        "emotion_inference": set_.emotion_inference,
        "reload": set_.reload,
        "overrides": set_.rules,
        "log": log if log is not None or set_.log is None else set_.log.open(),
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsFileError(f"there is no settings file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsFileError(f"{path} cannot be read ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsFileError(f"{path} is not TOML: {error}") from None
    packs = content.get("packs")
    if isinstance(packs, list):
        content["packs"] = [_from(path, name) for name in packs]
    log = content.get("log")
    if isinstance(log, dict):
        content["log"] = log | {name: _beside(path, log[name]) for name in _PATHS & set(log)}
    return content


def _from(file: Path, name: Any) -> Any:
    """A relative path is meant from the folder of the settings file; a name is a name."""
    if not isinstance(name, str):
        return name
    path = Path(name)
    if path.suffix in SUFFIXES or len(path.parts) > 1 or name.startswith("."):
        return str(path if path.is_absolute() else file.parent / path)
    return name


def _beside(file: Path, given: Any) -> Any:
    """A relative path of the log is meant from there as well; an address is an address."""
    if not isinstance(given, str) or "://" in given:
        return given
    return str(file.parent / given)
