namespace Fixity.Testing.Postgres;

/// <summary>A database on a server of its own, for tests in which the server fails.</summary>
public sealed class OwnServerDatabase : TestDatabase
{
    private readonly Lazy<Task<PostgresServer>> _server = new(PostgresServer.StartOwnAsync);

    /// <summary>Cuts the server's power.</summary>
    public async Task StopServerAsync() => (await _server.Value).Cluster?.Stop();

    public async Task StartServerAsync() => (await _server.Value).Cluster?.Start();

    protected override Task<PostgresServer> GetServerAsync() => _server.Value;
}
