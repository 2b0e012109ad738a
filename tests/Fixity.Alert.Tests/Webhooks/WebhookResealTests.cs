using Fixity.ServiceDefaults.Secrets;
using Fixity.Testing.Services;

namespace Fixity.Alert.Tests.Webhooks;

public sealed class WebhookResealTests : AlertTest
{
    private const string NewKey = "the encryption key of tomorrow, long enough too";

    [Fact]
    public async Task After_another_key_secrets_are_sealed_again_and_one_that_cannot_be_opened_stays_as_it_is()
    {
        var webhook = await AddWebhookAsync(Service(), "http://localhost:9/hook");
        var lost = await AddWebhookAsync(Service(), "http://localhost:9/lost");
        await Database.ExecuteAsync($"update alert.webhooks set secret = '\\x0102' where id = {lost}");

        var restarted = Owned(new ServiceApplication<Program>(Database.ConnectionString, new Dictionary<string, string?>
        {
            [SecretBox.KeySetting] = NewKey,
            [SecretBox.FurtherKeysSetting + ":0"] = ServiceApplication<Program>.EncryptionKey,
        }));
        _ = restarted.Server;

        using var box = new SecretBox(NewKey);
        await EventuallyAsync(async () => box.IsCurrent(await BoxOfAsync(webhook)), "the secret is sealed with the new key");
        Assert.Equal(Secret, System.Text.Encoding.UTF8.GetString(box.Open(await BoxOfAsync(webhook), $"webhook:{webhook}:secret")));
        Assert.Equal("0102", Convert.ToHexString(await BoxOfAsync(lost)));
    }

    private async Task<byte[]> BoxOfAsync(int id) =>
        (await Database.ScalarAsync<byte[]>($"select secret from alert.webhooks where id = {id}"))!;
}
