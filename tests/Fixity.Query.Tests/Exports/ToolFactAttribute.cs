using Fixity.Testing.Storage;

namespace Fixity.Query.Tests.Exports;

/// <summary>A test that asks a tool which is not ours. Skipped where there is none, but in CI, where it must be.</summary>
public sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute(string tool) =>
        Skip = Environment.GetEnvironmentVariable("CI") == "true" || Programs.Has(tool)
            ? null
            : $"This machine has no {tool} (Debian: {tool}).";
}
