namespace Aspire.Hosting.Run;

/// <summary>What the dashboard shows of one resource at one moment; replaced whole, never edited.</summary>
/// <param name="Name">Unique, with the replica's suffix: "scheduler-k3f9x2ab". Telemetry is joined by it.</param>
/// <param name="DisplayName">The name in the model: "scheduler".</param>
/// <param name="Type">Project, Container, Executable, Parameter, PostgresDatabaseResource and so on.</param>
/// <param name="Uid">Distinguishes two lives of a resource that has the same name.</param>
/// <param name="State">One of <see cref="ResourceState"/>; null while nothing is known.</param>
/// <param name="CreatedAt">When the resource came into the model of this run.</param>
internal sealed record ResourceSnapshot(
    string Name, string DisplayName, string Type, string Uid, string? State, DateTimeOffset CreatedAt)
{
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? StoppedAt { get; init; }

    public int? ExitCode { get; init; }

    public IReadOnlyList<ResourceUrl> Urls { get; init; } = [];

    public IReadOnlyList<ResourceEnvironment> Environment { get; init; } = [];

    public IReadOnlyList<ResourceProperty> Properties { get; init; } = [];

    public IReadOnlyList<ResourceHealth> HealthReports { get; init; } = [];

    public IReadOnlyList<ResourceRelationship> Relationships { get; init; } = [];

    public bool IsHidden { get; init; }

    /// <summary>Whether the resource sends OTLP itself, so that links to its traces and metrics make sense.</summary>
    public bool SupportsTelemetry { get; init; }

    /// <summary>The <see cref="Name"/> (with suffix) of the resource that this one is nested under.</summary>
    public string? ParentName { get; init; }

    public IReadOnlyList<ResourceCommand> Commands { get; init; } = [];
}

/// <summary>The states that the dashboard knows, letter for letter.</summary>
internal static class ResourceState
{
    public const string Starting = "Starting";
    public const string Running = "Running";
    public const string Waiting = "Waiting";
    public const string Stopping = "Stopping";
    public const string Exited = "Exited";
    public const string Finished = "Finished";
    public const string FailedToStart = "FailedToStart";
    public const string RuntimeUnhealthy = "RuntimeUnhealthy";
    public const string NotStarted = "NotStarted";
    public const string Building = "Building";
    public const string ValueMissing = "ValueMissing";
    public const string Unknown = "Unknown";
    public const string Hidden = "Hidden";
}

/// <summary>An address of a resource; internal ones are shown in the details only.</summary>
internal sealed record ResourceUrl(
    string? EndpointName, string FullUrl, bool IsInternal = false, string DisplayName = "");

/// <summary>A variable in a resource's environment; the value of a secret one is masked in the dashboard.</summary>
internal sealed record ResourceEnvironment(string Name, string? Value, bool IsSecret = false);

/// <summary>A row in a resource's details; some names mean something: <see cref="ResourceProperties"/>.</summary>
/// <param name="Value">A string, number, boolean, null, or a sequence of these.</param>
internal sealed record ResourceProperty(
    string Name, object? Value, bool IsSensitive = false, string? DisplayName = null);

/// <summary>One health check's last word; null: it was not asked yet.</summary>
internal sealed record ResourceHealth(string Key, bool? Healthy, string Description = "");

/// <summary>An edge of the graph.</summary>
/// <param name="ResourceName">The other resource's display name.</param>
/// <param name="Type">Reference, WaitFor or Parent.</param>
internal sealed record ResourceRelationship(string ResourceName, string Type);

/// <summary>A button on a resource: start, stop, restart.</summary>
internal sealed record ResourceCommand(string Name, string DisplayName, bool Enabled, string? IconName = null);

/// <summary>Property names that the dashboard reads for its own columns.</summary>
internal static class ResourceProperties
{
    public const string ExitCode = "resource.exitCode";
    public const string ParentName = "resource.parentName";
    public const string ConnectionString = "resource.connectionString";
    public const string WaitingFor = "resource.waitingFor";
    public const string ProjectPath = "project.path";
    public const string ContainerImage = "container.image";
    public const string ExecutablePath = "executable.path";
    public const string ExecutableArguments = "executable.args";
    public const string ExecutableProcessId = "executable.pid";
    public const string ExecutableWorkingDirectory = "executable.workDir";
    public const string ParameterValue = "Value";
}
