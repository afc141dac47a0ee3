"""Resources that no run configuration reaches.

Dagster lets whoever launches a run give any resource another configuration: another host to send the password to, say,
or a driver to load. Ours come from the settings and the environment alone.
"""

from collections.abc import Iterator

import dagster as dg


def fixed(resource: object) -> dg.ResourceDefinition:
    """Make a resource that takes no configuration from a run; its credentials are read when the run starts."""
    if isinstance(resource, dg.ConfigurableResource):

        def initialized(_: dg.InitResourceContext) -> Iterator[object]:
            # Dagster opens an instance for it, which must be closed here: else the garbage collector does it, at any
            # moment, and SQLAlchemy writes its complaint into whatever is on the screen.
            with resource.process_config_and_initialize_cm() as with_credentials:
                yield with_credentials

        return dg.ResourceDefinition(initialized, config_schema={}, description=_description(resource))
    return dg.ResourceDefinition(lambda _: resource, config_schema={}, description=type(resource).__doc__)


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
