using Aspire.Hosting.Run;

namespace Aspire.Hosting.Tests.Dashboard;

internal static class Snapshots
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static ResourceSnapshot Scheduler { get; } =
        new("scheduler-k3f9x2ab", "scheduler", "Project", "uid-1", ResourceState.Running, Noon)
        {
            StartedAt = Noon.AddSeconds(1),
            Urls = [new ResourceUrl("http", "http://localhost:5100", DisplayName: "Scheduler")],
            Environment =
            [
                new ResourceEnvironment("ASPNETCORE_URLS", "http://localhost:5100"),
                new ResourceEnvironment("ConnectionStrings__fixitydb", "Password=hidden", IsSecret: true),
            ],
            Properties =
            [
                new ResourceProperty(ResourceProperties.ProjectPath, "Fixity.Scheduler.csproj"),
                new ResourceProperty(ResourceProperties.ExecutableProcessId, 4711),
                new ResourceProperty(ResourceProperties.WaitingFor, new[] { "db", "migrations" }),
            ],
            HealthReports = [new ResourceHealth("ready", true, "200"), new ResourceHealth("slow", null)],
            Relationships = [new ResourceRelationship("fixitydb", "Reference")],
            SupportsTelemetry = true,
            ParentName = "postgres-1",
            Commands =
            [
                new ResourceCommand("start", "Start", Enabled: false, "Play"),
                new ResourceCommand("stop", "Stop", Enabled: true, "Stop"),
                new ResourceCommand("restart", "Restart", Enabled: false, "ArrowCounterclockwise"),
            ],
        };
}
