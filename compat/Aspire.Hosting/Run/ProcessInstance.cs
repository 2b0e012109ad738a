using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Run;

/// <summary>A project or an executable, as a process.</summary>
internal sealed partial class ProcessInstance : ResourceInstance
{
    // With the head start of StopOrder this leaves a database of the AppHost's own limit what a fast shutdown takes.
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(8);

    private readonly LogFile _log;

    public ProcessInstance(RunContext run, IResource resource, int? replica) : base(run, resource, replica) =>
        _log = new LogFile(LogPath, run.Clock);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _log.Dispose();
    }

    protected override async Task<int> ExecuteAsync(CancellationToken cancellation)
    {
        var resolver = new EnvironmentResolver(Run, this);
        var variables = await resolver.VariablesAsync(cancellation);
        var arguments = await resolver.ArgumentsAsync(cancellation);
        if (Resource.TryGetLastAnnotation<NodePackagesAnnotation>(out var packages))
        {
            await InstallAsync(packages.Folder, cancellation);
        }

        var (command, firstArguments, folder) = CommandLine();
        await using var process = SupervisedProcess.Start(new ProcessSpec(
            command,
            [.. firstArguments, .. arguments.Select(argument => argument.Text)],
            folder,
            variables.ToDictionary(variable => variable.Name, variable => variable.Value!),
            Hear));

        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = RunningAsync(
            HealthProbe.OfHttp(this),
            snapshot => InstanceSnapshots.WithProperties(
                snapshot with { Environment = variables, Urls = InstanceSnapshots.UrlsOf(this) },
                Describe(process.Pid, command, folder, firstArguments, arguments)),
            life.Token);

        await Task.WhenAny(process.Exited, Task.Delay(Timeout.Infinite, life.Token));
        if (!process.Exited.IsCompleted)
        {
            Become(new InstanceStatus(ResourceState.Stopping));
            await process.StopAsync(StopGrace);
        }

        await life.CancelAsync();
        await running;
        return await process.Exited;
    }

    private void Hear(string line, bool isStdErr)
    {
        Run.Logs.Append(Name, line, isStdErr);
        _log.Append(Colours().Replace(line, ""));
    }

    private (string Command, IReadOnlyList<string> FirstArguments, string Folder) CommandLine()
    {
        if (Resource is ExecutableResource executable)
        {
            return (executable.Command, [], executable.WorkingDirectory);
        }

        Resource.TryGetLastAnnotation<IProjectMetadata>(out var project);
        var assembly = BuildMetadata.TargetPath(Run.AppHostAssembly, project!.ProjectPath);
        return assembly is not null && File.Exists(assembly)
            ? (DotnetPath(), [assembly], Path.GetDirectoryName(project.ProjectPath)!)
            : throw new DistributedApplicationException(
                $"Project '{project.ProjectPath}' has not been built with the AppHost: " +
                $"{assembly ?? "the path of its assembly"} is missing.");
    }

    // The one that we run on ourselves: <root>/shared/Microsoft.NETCore.App/<version>/.
    private static string DotnetPath()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var own = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(own) ? own : name;
    }

    private async Task InstallAsync(string folder, CancellationToken cancellation)
    {
        if (Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            return;
        }

        var how = File.Exists(Path.Combine(folder, "package-lock.json")) ? "ci" : "install";
        await using var npm = SupervisedProcess.Start(new ProcessSpec(
            "npm", [how], folder, new Dictionary<string, string>(), Hear));
        var exitCode = await npm.Exited.WaitAsync(cancellation);
        if (exitCode != 0)
        {
            throw new DistributedApplicationException($"npm {how} ended with exit code {exitCode}; log: {LogPath}");
        }
    }

    private List<ResourceProperty> Describe(
        int pid,
        string command,
        string folder,
        IReadOnlyList<string> firstArguments,
        IReadOnlyList<(string Text, bool IsSecret)> arguments)
    {
        List<ResourceProperty> properties =
        [
            new(ResourceProperties.ExecutablePath, command),
            new(ResourceProperties.ExecutableWorkingDirectory, folder),
            new(
                ResourceProperties.ExecutableArguments,
                firstArguments.Concat(arguments.Select(argument => argument.Text)).ToArray(),
                arguments.Any(argument => argument.IsSecret)),
            new(ResourceProperties.ExecutableProcessId, pid),
        ];
        if (Resource.TryGetLastAnnotation<IProjectMetadata>(out var project))
        {
            properties.Add(new ResourceProperty(ResourceProperties.ProjectPath, project.ProjectPath));
        }

        return properties;
    }

    // Services colour what they print, for the dashboard; a file is read by people and grep.
    [GeneratedRegex(@"\x1b\[[0-9;]*[A-Za-z]")]
    private static partial Regex Colours();
}
