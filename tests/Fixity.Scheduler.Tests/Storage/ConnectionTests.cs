using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fixity.Scheduler.Tests.Storage;

public sealed class ConnectionTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    private static (string, JsonNode?) Keys => ("credentials", JsonNode.Parse("""{"user":"AKIA","secret":"s"}"""));

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "smb", "{}", "connection.smb" },
        { "smb", Smb("server", "\"nas/photos\""), "connection.smb.server" },
        { "smb", Smb("server", "\"//nas\""), "connection.smb.server" },
        { "smb", Smb("server", "\"\""), "connection.smb.server" },
        { "smb", Smb("server", "\"nas:445\""), "connection.smb.server" },
        { "smb", Smb("share", "\"photos/2020\""), "connection.smb.share" },
        { "smb", Smb("share", "\" \""), "connection.smb.share" },
        { "smb", Smb("path", "\"a/../b\""), "connection.smb.path" },
        { "smb", Smb("path", "\"a//b\""), "connection.smb.path" },
        { "smb", Smb("path", "\"a\\\\b\""), "connection.smb.path" },
        { "smb", Smb("port", "0"), "connection.smb.port" },
        { "smb", Smb("port", "65536"), "connection.smb.port" },
        { "smb", """{"smb":{"server":"nas","share":"s"},"s3":{"bucket":"bucket"}}""", "connection.s3" },
        { "smb", """{"smb":{"server":"nas","share":"s"},"nfs":{}}""", "connection.nfs" },
        { "s3", "{}", "connection.s3" },
        { "s3", S3("bucket", "\"a\""), "connection.s3.bucket" },
        { "s3", S3("bucket", "\"Upper\""), "connection.s3.bucket" },
        { "s3", S3("bucket", "\"a/b/c\""), "connection.s3.bucket" },
        { "s3", S3("prefix", $"\"{new string('p', 1024)}\""), "connection.s3.prefix" },
        { "s3", S3("region", "\"\""), "connection.s3.region" },
        { "s3", S3("endpoint", "\"s3.example.org\""), "connection.s3.endpoint" },
        { "s3", S3("endpoint", "\"ftp://s3.example.org\""), "connection.s3.endpoint" },
        { "s3", S3("endpoint", "\"https://user:secret@s3.example.org\""), "connection.s3.endpoint" },
        { "s3", S3("endpoint", "\"https://s3.example.org/bucket\""), "connection.s3.endpoint" },
        { "s3", S3("certificate", "\"not one\""), "connection.s3.certificate" },
        {
            "s3", S3("certificate", "\"-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----\""),
            "connection.s3.certificate"
        },
    };

    [Fact]
    public async Task A_share_is_written_in_one_way_and_its_root_is_made_of_it()
    {
        var target = await scheduler.CreateAsync(
            [.. SmbRequests.Share(), ("connection", JsonNode.Parse("""
                {"smb":{"server":" nas.example ","share":"media","path":"/films/2020/","port":1445,"protection":"encrypt"}}
                """))]);

        Assert.Equal("//nas.example/media/films/2020", target.GetProperty("root").GetString());
        AssertConnection(
            """{"nfs":null,"smb":{"server":"nas.example","share":"media","path":"films/2020","port":1445,"protection":"encrypt"},"s3":null}""",
            target);
        Assert.Equal("encrypt", await scheduler.Database.ScalarAsync<string>(
            $"select connection -> 'smb' ->> 'protection' from scheduler.targets where id = {target.GetProperty("id")}"));
    }

    [Fact]
    public async Task A_bucket_takes_its_defaults_and_its_prefix_ends_at_a_slash()
    {
        var whole = await scheduler.CreateAsync(
            ("type", "s3"), ("root", ""), Keys, ("connection", JsonNode.Parse("""{"s3":{"bucket":"backups"}}""")));
        var part = await scheduler.CreateAsync(
            ("type", "s3"), ("root", null), Keys, ("connection", JsonNode.Parse("""
                {"s3":{"bucket":"Backups_2","prefix":"/photos/2020","endpoint":"https://minio.example:9000","pathStyle":true}}
                """)));

        Assert.Equal("s3://backups/", whole.GetProperty("root").GetString());
        AssertConnection(
            """{"nfs":null,"smb":null,"s3":{"bucket":"backups","prefix":"","region":"us-east-1","endpoint":null,"pathStyle":false,"certificate":null}}""",
            whole);
        Assert.Equal("s3://Backups_2/photos/2020/", part.GetProperty("root").GetString());
        Assert.Equal(
            "https://minio.example:9000",
            part.GetProperty("connection").GetProperty("s3").GetProperty("endpoint").GetString());
    }

    [Fact]
    public async Task The_certificate_of_an_authority_is_kept_as_it_was_given()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = new CertificateRequest("CN=here", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var pem = authority.ExportCertificatePem();

        var target = await scheduler.CreateAsync(("type", "s3"), ("root", null), Keys, ("connection", new JsonObject
        {
            ["s3"] = new JsonObject { ["bucket"] = "backups", ["endpoint"] = "https://minio.example", ["certificate"] = pem },
        }));

        Assert.Equal(pem, target.GetProperty("connection").GetProperty("s3").GetProperty("certificate").GetString());
    }

    [Fact]
    public async Task A_mount_is_a_folder_that_may_be_watched_with_what_is_said_of_it()
    {
        var root = scheduler.Folder();
        var target = await scheduler.CreateAsync(("type", "nfs"), ("root", root), ("connection", JsonNode.Parse("""
            {"nfs":{"source":"nas:/export","fileSystems":["nfs4","fuse.sshfs"]}}
            """)));
        var plain = await scheduler.CreateAsync(("type", "nfs"));

        Assert.Equal(root, target.GetProperty("root").GetString());
        AssertConnection("""{"nfs":{"source":"nas:/export","fileSystems":["nfs4","fuse.sshfs"]},"smb":null,"s3":null}""", target);
        AssertConnection("""{"nfs":null,"smb":null,"s3":null}""", plain);
        Assert.Equal(["root"], await scheduler.RefusedAsync(null, ("type", "nfs"), ("root", "/etc")));
        Assert.Equal(
            ["connection.nfs.fileSystems", "connection.nfs.source"],
            await scheduler.RefusedAsync(
                null, ("type", "nfs"), ("connection", JsonNode.Parse("""{"nfs":{"source":"","fileSystems":["NFS 4"]}}"""))));
    }

    [Fact]
    public async Task A_mount_that_is_gone_can_still_be_switched_off()
    {
        var root = scheduler.Folder();
        var id = await scheduler.CreateIdAsync(("type", "nfs"), ("root", root));
        Directory.Delete(root);

        var target = await scheduler.PutAsync(id, ("type", "nfs"), ("root", root), ("enabled", false));

        Assert.False(target.GetProperty("enabled").GetBoolean());
        Assert.Equal(["root"], await scheduler.RefusedAsync(id, ("type", "local"), ("root", root)));
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_wrong_is_refused_and_named(string type, string connection, string field)
    {
        Assert.Equal([field], await scheduler.RefusedAsync(
            null, ("type", type), ("root", null), Keys, ("connection", JsonNode.Parse(connection))));
    }

    [Fact]
    public async Task A_folder_has_no_connection() =>
        Assert.Equal(["connection.smb"], await scheduler.RefusedAsync(
            null, ("connection", JsonNode.Parse("""{"smb":{"server":"nas","share":"s"}}"""))));

    private static string Smb(string member, string value) => Changed("""{"server":"nas","share":"photos"}""", "smb", member, value);

    private static string S3(string member, string value) => Changed("""{"bucket":"backups"}""", "s3", member, value);

    private static string Changed(string good, string part, string member, string value)
    {
        var changed = JsonNode.Parse(good)!;
        changed[member] = JsonNode.Parse(value);
        return new JsonObject { [part] = changed }.ToJsonString();
    }

    private static void AssertConnection(string expected, JsonElement target) => Assert.Equal(
        JsonNode.Parse(expected)!.ToJsonString(), JsonNode.Parse(target.GetProperty("connection").GetRawText())!.ToJsonString());
}
