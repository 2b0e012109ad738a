using Fixity.Scanner.Storages;
using Fixity.Storage;
using Microsoft.Extensions.Options;

namespace Fixity.Scanner.Tests.Storages;

public sealed class CredentialReferencesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fixity-credentials-");
    private readonly CredentialReferences _references;

    public CredentialReferencesTests()
    {
        Directory.CreateDirectory(PathOf("secrets"));
        _references = new CredentialReferences(
            Options.Create(new ScannerOptions { CredentialFolders = [PathOf("secrets")] }));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("username=anna\npassword=p=w #1 \ndomain=HOME\n", "anna", "p=w #1 ", "HOME", null)]
    [InlineData("# of the NAS\r\n\r\n user = anna\r\nsecret=x\r\n", " anna", "x", null, null)]
    [InlineData("accessKeyId=AK\nsecretAccessKey=sk\nsessionToken=t\n", "AK", "sk", null, "t")]
    [InlineData("""{ "user": "anna", "secret": "x\ny", "ignored": 3 }""", "anna", "x\ny", null, null)]
    [InlineData("\ufeffuser=anna\nsecret=\n", "anna", "", null, null)]
    public void A_file_is_read_as_lines_or_as_an_object(
        string text, string user, string secret, string? domain, string? token)
    {
        File.WriteAllText(PathOf("secrets/nas"), text);

        var found = _references.Read($"file:{PathOf("secrets/nas")}");

        Assert.Equal((user, secret, domain, token), (found.User, found.Secret, found.Domain, found.SessionToken));
    }

    [Fact]
    public void A_file_that_is_replaced_is_followed()
    {
        File.WriteAllText(PathOf("secrets/nas"), "user=a\nsecret=old");
        Assert.Equal("old", _references.Read($"file:{PathOf("secrets/nas")}").Secret);
        File.WriteAllText(PathOf("secrets/next"), "user=a\nsecret=new");
        File.Move(PathOf("secrets/next"), PathOf("secrets/nas"), overwrite: true);

        Assert.Equal("new", _references.Read($"file:{PathOf("secrets/nas")}").Secret);
    }

    [Fact]
    public void Links_inside_the_folder_are_followed_as_Kubernetes_makes_them()
    {
        Directory.CreateDirectory(PathOf("secrets/..2026"));
        File.WriteAllText(PathOf("secrets/..2026/nas"), "user=a\nsecret=s");
        Directory.CreateSymbolicLink(PathOf("secrets/..data"), "..2026");
        File.CreateSymbolicLink(PathOf("secrets/nas"), "..data/nas");

        Assert.Equal("s", _references.Read($"file:{PathOf("secrets/nas")}").Secret);
    }

    [Fact]
    public void No_way_leads_out_of_the_folders()
    {
        File.WriteAllText(PathOf("outside"), "user=a\nsecret=not-yours");
        Directory.CreateDirectory(PathOf("secrets-too"));
        File.WriteAllText(PathOf("secrets-too/x"), "user=a\nsecret=not-yours");
        File.CreateSymbolicLink(PathOf("secrets/link"), PathOf("outside"));
        File.CreateSymbolicLink(PathOf("secrets/relative"), "../outside");
        Directory.CreateSymbolicLink(PathOf("secrets/up"), "..");
        File.CreateSymbolicLink(PathOf("secrets/circle"), "circle");
        Assert.All(
            (string[])
            [
                "outside", "secrets/../outside", "secrets-too/x", "secrets/link", "secrets/relative", "secrets/up/outside",
                "secrets/circle", "secrets", "secrets/none",
            ],
            path => AssertMissing($"file:{PathOf(path)}"));
    }

    [Theory]
    [InlineData("env:PATH")]
    [InlineData("env:ConnectionStrings__fixitydb")]
    [InlineData("env:fixity_credentials_nas")]
    [InlineData("env:FIXITY_CREDENTIALS_THAT_NOBODY_SET")]
    [InlineData("file:secrets/nas")]
    [InlineData("http://somewhere")]
    [InlineData("")]
    public void What_is_no_reference_to_credentials_is_not_read(string reference) => AssertMissing(reference);

    [Fact]
    public void A_variable_with_the_prefix_is_read()
    {
        var name = $"FIXITY_CREDENTIALS_{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(name, "user=a\npassword=s");

        Assert.Equal("s", _references.Read($"env:{name}").Secret);
    }

    [Theory]
    [InlineData("user=hush\nhush")]
    [InlineData("{ \"user\": \"hush\", \"secret\": hush")]
    [InlineData("secret=hush")]
    [InlineData("user=hush")]
    [InlineData("")]
    public void What_is_wrong_with_a_file_is_said_without_quoting_it(string text)
    {
        File.WriteAllText(PathOf("secrets/nas"), text);

        var refused = AssertMissing($"file:{PathOf("secrets/nas")}");

        Assert.DoesNotContain("hush", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_more_than_64_KiB_is_not_read()
    {
        File.WriteAllText(PathOf("secrets/nas"), "user=a\nsecret=s\n#" + new string('x', 64 * 1024));

        AssertMissing($"file:{PathOf("secrets/nas")}");
    }

    private StorageException AssertMissing(string reference)
    {
        var refused = Assert.Throws<StorageException>(() => _references.Read(reference));
        Assert.Equal((StorageFault.Configuration, StorageReasons.CredentialsMissing), (refused.Fault, refused.Reason));
        return refused;
    }

    private string PathOf(string name) => Path.Join(_folder.FullName, name);
}
