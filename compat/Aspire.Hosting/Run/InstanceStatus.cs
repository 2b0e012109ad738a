namespace Aspire.Hosting.Run;

/// <summary>How far an instance is: what those who wait for it ask.</summary>
/// <param name="IsReady">It runs, all its health checks say healthy, and whoever wanted to know has been told.</param>
internal sealed record InstanceStatus(string State, int? ExitCode = null, bool IsReady = false)
{
    /// <summary>Nothing more will come of this start.</summary>
    public bool HasEnded => State is ResourceState.Exited or ResourceState.Finished or ResourceState.FailedToStart;

    /// <summary>There is nothing to stop.</summary>
    public bool IsIdle => HasEnded || State is ResourceState.NotStarted or ResourceState.ValueMissing;
}
