namespace Aspire.Hosting.Run;

/// <summary>Carries out what a person clicked in the dashboard.</summary>
internal interface IResourceCommandExecutor
{
    /// <param name="resourceName">The unique name, with suffix.</param>
    /// <param name="command">start, stop or restart.</param>
    Task<(bool Ok, string? Message)> ExecuteAsync(
        string resourceName, string command, CancellationToken cancellation);
}
