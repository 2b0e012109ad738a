using System.Runtime.Versioning;
using Aspire.Hosting.Run;
using Aspire.Hosting.Run.Postgres;

namespace Aspire.Hosting.Tests.Run;

[UnsupportedOSPlatform("windows")]
public sealed class StateFolderTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ForEverybody =
        OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("aspire-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_draft_that_was_left_readable_does_not_make_the_file_so()
    {
        var path = Path.Combine(_folder, "secrets");
        File.WriteAllText(path + ".new", "left by a run that was killed");
        File.SetUnixFileMode(path + ".new", ForEverybody);

        StateFolder.WritePrivate(path, "the secret");

        Assert.Equal("the secret", File.ReadAllText(path));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
        Assert.False(File.Exists(path + ".new"));
    }

    [Fact]
    public void All_that_is_remembered_of_a_server_is_for_its_owner_alone()
    {
        var folder = PostgresFolder.Open(
            new PostgresHostOptions("db", _folder, "postgres", "the-password", null, (_, _) => { }));
        using (folder.Lock)
        {
            folder.ChoosePort(null);
            folder.RememberContainer("volume");
            folder.DataElsewhere = "elsewhere";
        }

        var modes = Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetFileName(path), File.GetUnixFileMode);
        Assert.Equal(["container-volume", "data-is-in", "lock", "port"], modes.Keys.Order(StringComparer.Ordinal));
        Assert.All(modes, file => Assert.Equal(OwnerOnly, file.Value));
        Assert.Equal("volume", folder.ContainerVolume);
    }
}
