using System.Reflection;

namespace Aspire.Hosting;

/// <summary>What <c>eng/Aspire.Hosting.targets</c> wrote into the AppHost's assembly.</summary>
internal static class BuildMetadata
{
    private const string TargetPathPrefix = "apphostprojecttarget:";

    public static string? Read(Assembly? appHost, string key) => appHost
        ?.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(entry => StringComparer.OrdinalIgnoreCase.Equals(entry.Key, key))?.Value;

    /// <summary>The assembly that the build made of a project; the packages ask MSBuild at every start.</summary>
    public static string? TargetPath(Assembly? appHost, string projectPath) =>
        Read(appHost, TargetPathPrefix + projectPath);
}
