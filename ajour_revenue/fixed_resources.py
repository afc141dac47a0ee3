"""Resources that no run configuration reaches.

Dagster lets whoever launches a run give any resource another configuration: another host to send the password to, say,
or a driver to load. Ours come from the settings and the environment alone.
"""

from pathlib import Path
from typing import TypeVar

import dagster as dg

from ajour_revenue.settings.env_file import variable

Resource = TypeVar("Resource", bound=dg.ConfigurableResource)


def fixed(resource: object, folder: Path) -> dg.ResourceDefinition:
    """Make a resource that takes no configuration from a run.

    Its credentials are read when the run starts: from the `.env` in the settings file's folder, else the environment.
    """
    if not isinstance(resource, dg.ConfigurableResource):
        return dg.ResourceDefinition(lambda _: resource, config_schema={}, description=type(resource).__doc__)

    return dg.ResourceDefinition(
        lambda _: with_credentials(resource, folder), config_schema={}, description=_description(resource)
    )


def with_credentials(resource: Resource, folder: Path) -> Resource:
    """Return a resource with the values of the variables that it names: from `.env` in a folder, else the environment.

    Raises EnvFileError.
    """
    fields = {name: getattr(resource, name) for name in type(resource).model_fields}
    return type(resource)(
        **{
            name: variable(folder, str(value.env_var_name)) if isinstance(value, dg.EnvVar) else value
            for name, value in fields.items()
        }
    )


no_io_manager = dg.IOManagerDefinition(dg.mem_io_manager.resource_fn, config_schema={})
"""Every asset stores by itself; Dagster's own would write values to any folder that a run names."""


def _description(resource: dg.ConfigurableResource) -> str:
    """Say what a resource is and where each of its values comes from; never a credential's."""
    lines = []
    for name, field in type(resource).model_fields.items():
        value = getattr(resource, name)
        if isinstance(value, dg.EnvVar):
            lines.append(f"- `{name}`: from the variable `{value.env_var_name}`")
        elif field.repr:
            lines.append(f"- `{name}`: {value}")
    return f"{type(resource).__doc__}\n\n" + "\n".join(lines)
