using Aspire.Hosting.Run;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>Finds the program that is the Aspire dashboard, and fetches it once where there is none.</summary>
internal sealed class DashboardBundle(IConfiguration configuration, ILogger logger)
{
    private static readonly NpmPackage Cli = new($"@microsoft/aspire-cli-{NpmPackage.Platform}", "13.5.4");
    private static readonly TimeSpan FetchLimit = TimeSpan.FromSeconds(120);
    private static readonly string ProgramName =
        OperatingSystem.IsWindows() ? "aspire-managed.exe" : "aspire-managed";

    private string CacheFolder => NpmPackage.CacheFolder(name => configuration[name]);

    /// <summary>What lies on this machine already, the most explicit first.</summary>
    public string? Find() => Candidates().FirstOrDefault(File.Exists);

    /// <exception cref="NpmPackageException">It is not here and cannot be had.</exception>
    public async Task<string> FindOrFetchAsync(CancellationToken cancellation)
    {
        if (Find() is { } found)
        {
            return found;
        }

        if (CommandPath.Find("npm", Environment.GetEnvironmentVariable("PATH")) is null)
        {
            throw new NpmPackageException("there is none on this machine, and no npm to fetch it with.");
        }

        logger.Fetching();
        var package = await Cli.FetchAsync(CacheFolder, ExtractAsync, FetchLimit, cancellation);
        return Programs(package).FirstOrDefault()
            ?? throw new NpmPackageException($"{Cli.Name} holds no {ProgramName}.");
    }

    private static IEnumerable<string> Programs(string? folder) =>
        folder is not null && Directory.Exists(Path.Combine(folder, "versions"))
            ? Directory.EnumerateDirectories(Path.Combine(folder, "versions"))
                .OrderByDescending(Directory.GetLastWriteTimeUtc)
                .Select(version => Path.Combine(version, "managed", ProgramName))
            : [];

    /// <summary>Turns the package, one program that carries the bundle inside, into the bundle's own files.</summary>
    /// <remarks>
    /// Its "setup" ends with an error about the layout although all files are there, so the files decide. It is given a
    /// home of its own: it would leave its settings and logs in the user's.
    /// </remarks>
    private static async Task ExtractAsync(string package, CancellationToken cancellation)
    {
        var home = Directory.CreateDirectory(Path.Combine(package, "home")).FullName;
        var outcome = await ShortCommand.RunAsync(
            Path.Combine(package, "bin", OperatingSystem.IsWindows() ? "aspire.exe" : "aspire"),
            ["setup", "--install-path", package, "--non-interactive", "--nologo"],
            FetchLimit,
            cancellation,
            workingDirectory: package,
            environment: new Dictionary<string, string>
            {
                ["HOME"] = home,
                ["USERPROFILE"] = home,
                ["ASPIRE_CLI_TELEMETRY_OPTOUT"] = "true",
            });
        if (!Programs(package).Any(File.Exists))
        {
            throw new NpmPackageException($"{Cli.Name} did not unpack its dashboard: {outcome.LastLine}");
        }

        // Of 400 MB the dashboard is 150; the orchestrator and the packed program are of no use here.
        Directory.Delete(home, recursive: true);
        Directory.Delete(Path.Combine(package, "bin"), recursive: true);
        var entries = new DirectoryInfo(package).EnumerateFileSystemInfos();
        foreach (var link in entries.Where(entry => entry.LinkTarget is not null))
        {
            // It names the folder by its full path, which is about to change.
            link.Delete();
        }

        foreach (var version in Directory.EnumerateDirectories(Path.Combine(package, "versions")))
        {
            if (Directory.Exists(Path.Combine(version, "dcp")))
            {
                Directory.Delete(Path.Combine(version, "dcp"), recursive: true);
            }
        }
    }

    private IEnumerable<string> Candidates()
    {
        if (configuration["DcpPublisher:DashboardPath"] is { Length: > 0 } given)
        {
            yield return Path.GetFullPath(given);
            yield return Path.GetFullPath(Path.Combine(given, ProgramName));
        }

        if (configuration["ASPIRE_BUNDLE_VERSION_DIR"] is { Length: > 0 } bundle)
        {
            yield return Path.Combine(bundle, "managed", ProgramName);
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        foreach (var program in Programs(Path.Combine(home, ".aspire")).Concat(Programs(Cli.Find(CacheFolder))))
        {
            yield return program;
        }
    }
}
