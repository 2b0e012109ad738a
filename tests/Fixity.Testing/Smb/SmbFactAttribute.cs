using Fixity.Testing.Storage;
using Xunit;

namespace Fixity.Testing.Smb;

/// <summary>A test against a real smbd. Skipped where there is none, but in CI, where it must be.</summary>
public sealed class SmbFactAttribute : FactAttribute
{
    public SmbFactAttribute() => Skip = Refusal;

    internal static string? Refusal { get; } =
        Environment.GetEnvironmentVariable("CI") == "true" ? null
        : !OperatingSystem.IsLinux() ? "The tests of shares run an smbd, on Linux."
        : Programs.Has("smbd") && Programs.Has("pdbedit") ? null
        : "This machine has no smbd (Debian: samba).";
}

/// <summary>As <see cref="SmbFactAttribute"/>, with data.</summary>
public sealed class SmbTheoryAttribute : TheoryAttribute
{
    public SmbTheoryAttribute() => Skip = SmbFactAttribute.Refusal;
}
