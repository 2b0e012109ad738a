using System.Collections.Concurrent;
using Aspire.Hosting.Run;

namespace Aspire.Hosting.Tests.Dashboard;

/// <summary>Stands where the runner carries commands out: remembers them and answers as told.</summary>
internal sealed class RecordingExecutor(bool ok = true, string? message = null) : IResourceCommandExecutor
{
    public ConcurrentQueue<(string Resource, string Command)> Asked { get; } = new();

    public Task<(bool Ok, string? Message)> ExecuteAsync(
        string resourceName, string command, CancellationToken cancellation)
    {
        Asked.Enqueue((resourceName, command));
        return Task.FromResult((ok, message));
    }
}
