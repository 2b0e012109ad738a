namespace Aspire.Hosting.Run.Postgres;

/// <summary>Starts the application's PostgreSQL server from whatever this machine has to offer.</summary>
/// <remarks>
/// A container where a runtime answers and the image can be had, else installed binaries, else binaries from npm. Data
/// once made stays with what made it: a server is never begun anew because its first source is away for a day.
/// </remarks>
internal static class PostgresHost
{
    /// <exception cref="PostgresHostException">No server can be had, or the data there is does not fit any.</exception>
    public static async Task<RunningPostgres> StartAsync(PostgresHostOptions options, CancellationToken cancellation)
    {
        var folder = PostgresFolder.Open(options);
        try
        {
            return await StartAsync(options, folder, cancellation);
        }
        catch
        {
            await folder.Lock.DisposeAsync();
            throw;
        }
    }

    private static async Task<RunningPostgres> StartAsync(
        PostgresHostOptions options, PostgresFolder folder, CancellationToken cancellation)
    {
        var madeByContainer = folder.ContainerVolume is not null;
        if (madeByContainer || (!folder.HasFiles && options.Sources.HasFlag(PostgresSources.Container)))
        {
            var container = new PostgresContainer(options, folder);
            if (await container.TryStartAsync(cancellation) is { } running)
            {
                return running;
            }

            if (madeByContainer)
            {
                throw new PostgresHostException(
                    $"The data of '{options.ResourceName}' is in the container volume '{folder.ContainerVolume}', but "
                    + "no container runtime can run it now. Start the runtime, or delete "
                    + $"'{folder.ContainerFile}' to begin with an empty database elsewhere.");
            }
        }

        var dataFolder = await PostgresDataFolder.LocateAsync(options, folder, cancellation);
        var binaries = await PostgresBinaries.ChooseAsync(options, dataFolder.MajorVersion, cancellation);
        return await new PostgresProcess(options, folder, dataFolder, binaries).StartAsync(cancellation);
    }
}
