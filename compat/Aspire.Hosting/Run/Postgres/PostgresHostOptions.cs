namespace Aspire.Hosting.Run.Postgres;

/// <param name="ResourceName">The server's name in the model; its files lie in a folder of this name.</param>
/// <param name="StateFolder">The AppHost's own; a second start with the same one finds the data again.</param>
/// <param name="UserName">The superuser.</param>
/// <param name="Password">The superuser's; when it is another than at the last start, the server learns it.</param>
/// <param name="Port">Null: a free one, the same at every start while nobody else takes it.</param>
/// <param name="OnLine">What the server prints, and what there is to say about it; true for standard error.</param>
internal sealed record PostgresHostOptions(
    string ResourceName, string StateFolder, string UserName, string Password, int? Port, Action<string, bool> OnLine)
{
    /// <summary>Where the server may come from.</summary>
    public PostgresSources Sources { get; init; } = PostgresSources.All;

    /// <summary>Where fetched binaries are kept.</summary>
    public string CacheFolder { get; init; } = NpmPackage.CacheFolder(Environment.GetEnvironmentVariable);

    /// <summary>Image of the container; data made by one major version is not read by another.</summary>
    public string Image { get; init; } = "docker.io/library/postgres:18.3";

    /// <summary>Commands that speak docker's language, the preferred first.</summary>
    public IReadOnlyList<string> ContainerRuntimes { get; init; } = ["docker", "podman"];

    public void Say(string line) => OnLine(line, false);
}

/// <summary>Where a PostgreSQL server can come from, in the order in which they are tried.</summary>
[Flags]
internal enum PostgresSources
{
    None = 0,
    Container = 1,
    Installed = 2,
    Package = 4,
    All = Container | Installed | Package,
}

/// <summary>No server can be started; the message is made for people.</summary>
internal sealed class PostgresHostException(string message) : Exception(message);
