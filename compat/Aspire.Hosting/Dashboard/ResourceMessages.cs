using System.Collections;
using System.Globalization;
using Aspire.Hosting.Dashboard.Wire;
using Aspire.Hosting.Run;
using Google.Protobuf.WellKnownTypes;

namespace Aspire.Hosting.Dashboard;

/// <summary>Says our snapshots in the dashboard's words.</summary>
internal static class ResourceMessages
{
    /// <summary>Shown in place of a secret variable: the value does not leave the AppHost.</summary>
    public const string SecretText = "(secret)";

    public static WatchResourcesUpdate ToUpdate(ResourceBatch batch)
    {
        if (batch.IsInitial)
        {
            var initial = new InitialResourceData();
            initial.Resources.AddRange(batch.Upserts.Select(ToResource));
            return new WatchResourcesUpdate { InitialData = initial };
        }

        var changes = new WatchResourcesChanges();
        changes.Value.AddRange(batch.Upserts.Select(each => new WatchResourcesChange { Upsert = ToResource(each) }));
        changes.Value.AddRange(batch.Removals.Select(each => new WatchResourcesChange
        {
            Delete = new ResourceDeletion { ResourceName = each.Name, ResourceType = each.Type },
        }));
        return new WatchResourcesUpdate { Changes = changes };
    }

    /// <remarks>
    /// created_at, a url's display properties and a property's value are optional on the wire, yet the dashboard throws
    /// without them. state_style stays away: set on a running resource it would hide that it is unhealthy.
    /// </remarks>
    public static Resource ToResource(ResourceSnapshot snapshot)
    {
        var resource = new Resource
        {
            Name = snapshot.Name,
            ResourceType = snapshot.Type,
            DisplayName = snapshot.DisplayName,
            Uid = snapshot.Uid,
            CreatedAt = Timestamp.FromDateTimeOffset(snapshot.CreatedAt),
            IsHidden = snapshot.IsHidden,
            SupportsDetailedTelemetry = snapshot.SupportsTelemetry,
        };
        if (snapshot.State is { } state)
        {
            resource.State = state;
        }

        if (snapshot.StartedAt is { } startedAt)
        {
            resource.StartedAt = Timestamp.FromDateTimeOffset(startedAt);
        }

        if (snapshot.StoppedAt is { } stoppedAt)
        {
            resource.StoppedAt = Timestamp.FromDateTimeOffset(stoppedAt);
        }

        resource.Environment.AddRange(snapshot.Environment.Select(ToVariable));
        resource.Commands.AddRange(snapshot.Commands.Select(ToCommand));
        resource.Properties.AddRange(Properties(snapshot));
        resource.Urls.AddRange(snapshot.Urls.Select(ToUrl));
        resource.HealthReports.AddRange(snapshot.HealthReports.Select(ToHealthReport));
        resource.Relationships.AddRange(snapshot.Relationships.Select(each =>
            new Relationship { ResourceName = each.ResourceName, Type = each.Type }));
        return resource;
    }

    private static IEnumerable<Property> Properties(ResourceSnapshot snapshot)
    {
        foreach (var property in snapshot.Properties)
        {
            yield return ToProperty(property);
        }

        if (snapshot.ExitCode is { } exitCode)
        {
            yield return ToProperty(new ResourceProperty(ResourceProperties.ExitCode, exitCode));
        }

        if (snapshot.ParentName is { } parentName)
        {
            yield return ToProperty(new ResourceProperty(ResourceProperties.ParentName, parentName));
        }
    }

    private static Property ToProperty(ResourceProperty from)
    {
        var property = new Property { Name = from.Name, Value = ToValue(from.Value), IsSensitive = from.IsSensitive };
        if (from.DisplayName is { } displayName)
        {
            property.DisplayName = displayName;
        }

        return property;
    }

    private static Value ToValue(object? value) => value switch
    {
        null => Value.ForNull(),
        string text => Value.ForString(text),
        bool truth => Value.ForBool(truth),
        int or long or short or byte or double or float or decimal =>
            Value.ForNumber(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        IEnumerable items => Value.ForList([.. items.Cast<object?>().Select(ToValue)]),
        _ => Value.ForString(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
    };

    private static EnvironmentVariable ToVariable(ResourceEnvironment from)
    {
        var variable = new EnvironmentVariable { Name = from.Name, IsFromSpec = true };
        if (from.Value is { } value)
        {
            variable.Value = from.IsSecret ? SecretText : value;
        }

        return variable;
    }

    private static Command ToCommand(ResourceCommand from)
    {
        // Of start and stop only the one that makes sense is on show, as in Aspire; others grey out.
        var isStartOrStop = from.Name is "start" or "stop";
        var command = new Command
        {
            Name = from.Name,
            DisplayName = from.DisplayName,
            IsHighlighted = isStartOrStop,
            State = from.Enabled ? CommandState.Enabled
                : isStartOrStop ? CommandState.Hidden
                : CommandState.Disabled,
        };
        if (from.IconName is { } iconName)
        {
            command.IconName = iconName;
        }

        return command;
    }

    private static Url ToUrl(ResourceUrl from, int position)
    {
        var url = new Url
        {
            FullUrl = from.FullUrl,
            IsInternal = from.IsInternal,
            DisplayProperties = new UrlDisplayProperties { DisplayName = from.DisplayName, SortOrder = -position },
        };
        if (from.EndpointName is { } endpointName)
        {
            url.EndpointName = endpointName;
        }

        return url;
    }

    private static HealthReport ToHealthReport(ResourceHealth from)
    {
        var report = new HealthReport { Key = from.Key, Description = from.Description };
        if (from.Healthy is { } healthy)
        {
            report.Status = healthy ? HealthStatus.Healthy : HealthStatus.Unhealthy;
        }

        return report;
    }
}
