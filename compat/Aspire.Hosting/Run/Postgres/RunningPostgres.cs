namespace Aspire.Hosting.Run.Postgres;

/// <summary>A server that takes connections.</summary>
internal sealed class RunningPostgres(
    int port, string source, int? pid, Task<int> exited, Func<ValueTask> stop, IAsyncDisposable folderLock)
    : IAsyncDisposable
{
    public string Host { get; } = "127.0.0.1";

    public int Port => port;

    /// <summary>What runs and where it came from, in words.</summary>
    public string Source => source;

    /// <summary>Null where the server does not run as a process of this machine's own.</summary>
    public int? Pid => pid;

    public Task<int> Exited => exited;

    /// <summary>Lets the server write what it holds and end. May be called twice.</summary>
    public async ValueTask StopAsync()
    {
        await stop();
        await folderLock.DisposeAsync();
    }

    public ValueTask DisposeAsync() => StopAsync();
}
