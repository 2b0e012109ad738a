using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.Scheduler.Storage;
using Fixity.Scheduler.Targets;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Secrets;
using Fixity.Testing.Services;

namespace Fixity.Scheduler.Tests.Storage;

public sealed class CredentialTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    private static readonly (string, JsonNode?) Kept = ("credentials", null);

    public static TheoryData<string, string> Wrong => new()
    {
        { """{"user":"ada"}""", "credentials.secret" },
        { """{"secret":"s"}""", "credentials.user" },
        { """{"user":"ada","secret":""}""", "credentials.secret" },
        { """{"user":"a\nb","secret":"s"}""", "credentials.user" },
        { """{"user":"ada","secret":"s","sessionToken":"t"}""", "credentials.sessionToken" },
        { """{"user":"ada","secret":"s","domain":""}""", "credentials.domain" },
        { """{"user":"ada","secret":"s","clear":true}""", "credentials" },
        { """{"reference":"env:FIXITY_CREDENTIALS_NAS","secret":"s"}""", "credentials" },
        { """{"reference":"env:PGPASSWORD"}""", "credentials.reference" },
        { """{"reference":"env:Fixity__EncryptionKey"}""", "credentials.reference" },
        { """{"reference":"env:FIXITY_CREDENTIALS_"}""", "credentials.reference" },
        { """{"reference":"file:run/secrets/nas"}""", "credentials.reference" },
        { """{"reference":"file:/run/secrets/../../etc/shadow"}""", "credentials.reference" },
        { """{"reference":"/run/secrets/nas"}""", "credentials.reference" },
        { "null", "credentials" },
    };

    [Fact]
    public async Task A_secret_is_sealed_for_its_target_and_never_comes_back()
    {
        using var response = await scheduler.Admin.PostAsJsonAsync("/api/v1/targets", scheduler.Request(
            SmbRequests.Share("""{"user":"ada","secret":"correct horse battery staple","domain":"HOME"}""")));
        var text = await response.Content.ReadAsStringAsync();
        var target = JsonNode.Parse(text)!;
        var id = (int)target["id"]!;

        Assert.DoesNotContain("battery", text, StringComparison.Ordinal);
        var note = AuditNote.Parse(Assert.Single(response.Headers.GetValues(AuditNote.Header)));
        Assert.Equal($"credentials of target {id} set: stored", note?.Note);
        Assert.DoesNotContain("battery", note?.After?.ToJsonString() ?? "battery", StringComparison.Ordinal);
        Assert.Equal(
            ("stored", null, @"HOME\ada", "ada"),
            ((string?)target["credentials"]!["source"], (string?)target["credentials"]!["reference"],
                (string?)target["credentials"]!["who"], (string?)target["credentials"]!["updatedBy"]));
        var box = await BoxOfAsync(id);
        Assert.DoesNotContain("battery", Encoding.Latin1.GetString(box), StringComparison.Ordinal);
        using var secrets = new SecretBox(ServiceApplication<Program>.EncryptionKey);
        var opened = JsonNode.Parse(secrets.Open(box, $"target:{id}:credentials"))!;
        Assert.Equal(
            ("ada", SmbRequests.Secret, "HOME"),
            ((string?)opened["user"], (string?)opened["secret"], (string?)opened["domain"]));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(
            () => secrets.Open(box, $"target:{id + 1}:credentials"));
    }

    [Fact]
    public async Task What_is_not_said_stays_and_what_is_said_counts_as_another_version()
    {
        var id = await scheduler.CreateShareAsync();
        var (first, box) = (await VersionOfAsync(id), await BoxOfAsync(id));

        var kept = await scheduler.PutAsync(id, [.. SmbRequests.Share(), Kept]);
        Assert.Equal("stored", SourceOf(kept));
        Assert.Equal((first, Convert.ToHexString(box)), (await VersionOfAsync(id), Convert.ToHexString(await BoxOfAsync(id))));

        await scheduler.PutAsync(id, SmbRequests.Share());
        var second = await VersionOfAsync(id);
        Assert.True(second > first);

        var referred = await scheduler.PutAsync(id, SmbRequests.Share("""{"reference":"file:/run/secrets/nas"}"""));
        Assert.Equal(
            ("reference", "file:/run/secrets/nas"),
            (SourceOf(referred), referred.GetProperty("credentials").GetProperty("reference").GetString()));
        Assert.Equal(JsonValueKind.Null, referred.GetProperty("credentials").GetProperty("who").ValueKind);
        Assert.True(await scheduler.Database.ScalarAsync<bool>(
            $"select sealed is null and version > {second} from scheduler.target_credentials where target_id = {id}"));
    }

    [Fact]
    public async Task Cleared_they_are_gone_and_given_again_they_are_of_a_version_that_never_was()
    {
        var id = await scheduler.CreateShareAsync();
        var first = await VersionOfAsync(id);

        var cleared = await scheduler.PutAsync(id, SmbRequests.Share("""{"clear":true}"""));
        Assert.Equal("none", SourceOf(cleared));
        Assert.Equal("none", SourceOf(await scheduler.PutAsync(id, [.. SmbRequests.Share(), Kept])));

        await scheduler.PutAsync(id, SmbRequests.Share());
        Assert.True(await VersionOfAsync(id) > first);
    }

    [Fact]
    public async Task Another_folder_of_the_share_keeps_them_and_lets_them_be_tried_again()
    {
        var id = await scheduler.CreateShareAsync();
        var first = await VersionOfAsync(id);

        var moved = await scheduler.PutAsync(id, [.. SmbRequests.Share(), Kept, Connection("nas.example", path: "music")]);

        Assert.Equal(("stored", "//nas.example/media/music"), (SourceOf(moved), moved.GetProperty("root").GetString()));
        Assert.True(await VersionOfAsync(id) > first);
    }

    [Fact]
    public async Task Stored_credentials_do_not_follow_to_another_server_and_references_do()
    {
        var id = await scheduler.CreateShareAsync();
        Assert.Equal(["credentials"], await scheduler.RefusedAsync(id, [.. SmbRequests.Share(), Kept, Connection("evil.example")]));
        Assert.Equal(
            ["credentials"],
            await scheduler.RefusedAsync(id, [.. SmbRequests.Share(), Kept, Connection("nas.example", port: 1445)]));
        Assert.Equal("stored", SourceOf(await scheduler.PutAsync(id, [.. SmbRequests.Share(), Kept, Connection("NAS.example")])));
        Assert.Equal(["credentials"], await scheduler.RefusedAsync(
            id, ("type", "s3"), ("root", null), ("connection", JsonNode.Parse("""{"s3":{"bucket":"bucket"}}"""))));

        var referred = await scheduler.CreateShareAsync("""{"reference":"env:FIXITY_CREDENTIALS_NAS"}""");
        Assert.Equal("reference", SourceOf(await scheduler.PutAsync(referred, [.. SmbRequests.Share(), Kept, Connection("evil.example")])));
    }

    [Fact]
    public async Task They_go_with_the_share_that_they_were_for()
    {
        var id = await scheduler.CreateShareAsync();
        var local = await scheduler.PutAsync(id);
        Assert.Equal("none", SourceOf(local));

        var deleted = await scheduler.CreateShareAsync();
        (await scheduler.Admin.DeleteAsync($"/api/v1/targets/{deleted}")).Dispose();

        Assert.Equal(0, await scheduler.Database.ScalarAsync<long>(
            $"select count(*) from scheduler.target_credentials where target_id in ({id}, {deleted})"));
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_wrong_is_refused_and_named(string credentials, string field) =>
        Assert.Equal([field], await scheduler.RefusedAsync(null, [.. SmbRequests.Share(credentials)]));

    [Fact]
    public async Task A_folder_takes_none() =>
        Assert.Equal(["credentials"], await scheduler.RefusedAsync(
            null, ("credentials", JsonNode.Parse("""{"user":"ada","secret":"s"}"""))));

    [Fact]
    public void A_request_that_is_printed_shows_no_secret()
    {
        var credentials = new CredentialsRequest(User: "ada", Secret: "hunter2", SessionToken: "hunter3");
        var request = new TargetRequest("n", TargetType.Smb, Credentials: credentials);

        Assert.DoesNotContain("hunter", $"{request} {request.Storage} {credentials.ToCredentials()}", StringComparison.Ordinal);
        Assert.Contains("ada", request.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_who_save_at_the_same_time_do_not_mix_what_they_say()
    {
        var id = await scheduler.CreateShareAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var response = await scheduler.Admin.PutAsJsonAsync($"/api/v1/targets/{id}", scheduler.Request(
                [.. SmbRequests.Share($$"""{"user":"user{{i}}","secret":"s"}"""), Connection($"server{i}")]));
            return (int)response.StatusCode;
        }));

        Assert.Contains(200, answers);
        Assert.All(answers, status => Assert.Contains(status, (int[])[200, 409]));
        Assert.True(await scheduler.Database.ScalarAsync<bool>($"""
            select replace(root, '//server', '') = replace(who, 'user', '') || '/media'
            from scheduler.targets join scheduler.target_credentials on target_id = id where id = {id}
            """));
    }

    [Fact]
    public async Task After_another_key_they_are_sealed_again_and_still_the_same_version()
    {
        const string NewKey = "the encryption key of tomorrow, long enough too";
        var id = await scheduler.CreateShareAsync();
        var (version, old) = (await VersionOfAsync(id), await BoxOfAsync(id));

        await using var restarted = new ServiceApplication<Program>(scheduler.Database.ConnectionString, new Dictionary<string, string?>
        {
            [SecretBox.KeySetting] = NewKey,
            [SecretBox.FurtherKeysSetting + ":0"] = ServiceApplication<Program>.EncryptionKey,
            ["Scheduler:AllowedRoots:0"] = scheduler.Allowed,
        });
        _ = restarted.Server;
        await Waiting.UntilAsync("the box is another", async () => !(await BoxOfAsync(id)).SequenceEqual(old));

        using var secrets = new SecretBox(NewKey);
        var opened = JsonNode.Parse(secrets.Open(await BoxOfAsync(id), $"target:{id}:credentials"))!;
        Assert.Equal((SmbRequests.Secret, version), ((string?)opened["secret"], await VersionOfAsync(id)));
    }

    private static (string, JsonNode?) Connection(string server, string path = "", int port = 445) => ("connection", new JsonObject
    {
        ["smb"] = new JsonObject { ["server"] = server, ["share"] = "media", ["path"] = path, ["port"] = port },
    });

    private static string? SourceOf(JsonElement target) => target.GetProperty("credentials").GetProperty("source").GetString();

    private Task<long> VersionOfAsync(int id) =>
        scheduler.Database.ScalarAsync<long>($"select version from scheduler.target_credentials where target_id = {id}");

    private async Task<byte[]> BoxOfAsync(int id) => (await scheduler.Database.ScalarAsync<byte[]>(
        $"select sealed from scheduler.target_credentials where target_id = {id}"))!;
}
