using System.Reflection;

namespace Aspire.Hosting;

public sealed class DistributedApplicationOptions
{
    public string[]? Args { get; set; }

    /// <summary>The AppHost's assembly; the one that was started if nothing is said.</summary>
    public string? AssemblyName { get; set; }

    public bool DisableDashboard { get; set; }

    /// <summary>The folder of the AppHost's project; the build has written it down if nothing is said.</summary>
    public string? ProjectDirectory { get; set; }

    internal Assembly? Assembly =>
        AssemblyName is null ? Assembly.GetEntryAssembly() : Assembly.Load(AssemblyName);
}
