using Fixity.Testing.Smb;

namespace Fixity.Storage.Smb.Tests;

/// <summary>Skipped, with the reason, where the suite of all backends is left out for want of an smbd.</summary>
public sealed class ConformanceIsRunTests
{
    [Trait("SmbPoint", "37")]
    [SmbFact]
    public void The_suite_of_all_backends_is_part_of_these_tests() => Assert.Contains(
        typeof(ConformanceIsRunTests).Assembly.GetTypes(), type => type.Name == "SmbBackendConformsTests");
}
