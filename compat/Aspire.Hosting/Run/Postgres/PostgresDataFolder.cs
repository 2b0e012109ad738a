using System.Globalization;
using System.Security.Cryptography;

namespace Aspire.Hosting.Run.Postgres;

/// <summary>The folder with the database's files: where it is, what made it, and who still uses it.</summary>
internal sealed class PostgresDataFolder(string parent, ServerUser user)
{
    private static readonly TimeSpan OrphanStops = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Holds the data folder and what belongs beside it; the server's user can get here.</summary>
    public string Parent => parent;

    public string Path { get; } = System.IO.Path.Combine(parent, "data");

    /// <summary>Whom the data belongs to.</summary>
    public ServerUser User => user;

    /// <summary>Of the server that made it; null: there is no data yet.</summary>
    public int? MajorVersion
    {
        get
        {
            var file = System.IO.Path.Combine(Path, "PG_VERSION");
            return File.Exists(file)
                ? int.Parse(File.ReadAllText(file).Split('.')[0], CultureInfo.InvariantCulture)
                : null;
        }
    }

    private string ProcessFile => System.IO.Path.Combine(Path, "postmaster.pid");

    public static async Task<PostgresDataFolder> LocateAsync(
        PostgresHostOptions options, PostgresFolder folder, CancellationToken cancellation)
    {
        var user = ServerUser.Choose();
        var inside = new PostgresDataFolder(folder.Path, user);
        if (inside.MajorVersion is null && folder.DataElsewhere is { } elsewhere)
        {
            PostgresFolder.CreatePrivate(elsewhere);
            return new PostgresDataFolder(elsewhere, user);
        }

        if (await user.ReachesAsync(folder.Path, cancellation))
        {
            return inside;
        }

        if (inside.MajorVersion is not null)
        {
            throw new PostgresHostException(
                $"The user nobody, as whom PostgreSQL must run for root, cannot reach its data in '{folder.Path}': "
                + "let others pass through each folder above it (chmod o+x).");
        }

        // A suffix by chance: a state folder that was deleted and made anew must not meet the old one's data.
        var suffix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        var chosen = $"/var/lib/fixity/{folder.Key}-{suffix}/{options.ResourceName}";
        PostgresFolder.CreatePrivate(chosen);
        folder.DataElsewhere = chosen;
        options.Say($"The user nobody, as whom PostgreSQL runs for root, cannot pass to '{folder.Path}': "
            + $"the database lies in '{chosen}'.");
        return new PostgresDataFolder(chosen, user);
    }

    /// <summary>Ends what a killed AppHost left running on this data, and removes the traces of what is gone.</summary>
    /// <exception cref="PostgresHostException">It does not end.</exception>
    public async Task ClearOrphansAsync(Action<string> say, CancellationToken cancellation)
    {
        if (Leader() is { } orphan)
        {
            say($"A server of an earlier run (process {orphan}) still has the data; stopping it.");
            ProcessGroups.Ask(orphan, StopSignal.Interrupt);
        }

        // The server's children outlive it by a moment, and a new one must not start before the last of them is gone.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(OrphanStops);
        try
        {
            while (Users().Count > 0)
            {
                await Task.Delay(Poll, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new PostgresHostException(
                $"Processes of an earlier run still use '{Path}' and do not end: {string.Join(", ", Users())}.");
        }

        // Nobody uses the data. A stranger may have got the process id that the file names, which the new server would
        // take for its predecessor.
        if (OperatingSystem.IsLinux())
        {
            File.Delete(ProcessFile);
        }
    }

    /// <summary>The processes on this data: PostgreSQL's all work in it, and nobody else does.</summary>
    private List<int> Users()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Leader() is { } leader ? [leader] : [];
        }

        return [.. Directory.EnumerateDirectories("/proc")
            .Select(System.IO.Path.GetFileName)
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _) && WorksHere(name!))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))];
    }

    private bool WorksHere(string processId)
    {
        try
        {
            return new DirectoryInfo($"/proc/{processId}/cwd").LinkTarget == Path;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Ended meanwhile, or another user's: the server's user is us or, for root, one whose links we can read.
            return false;
        }
    }

    private int? Leader()
    {
        if (!File.Exists(ProcessFile)
            || !int.TryParse(
                File.ReadLines(ProcessFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var processId))
        {
            return null;
        }

        if (OperatingSystem.IsLinux())
        {
            return WorksHere(processId.ToString(CultureInfo.InvariantCulture)) ? processId : null;
        }

        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            return process.ProcessName.StartsWith("postgres", StringComparison.Ordinal) ? processId : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

}
