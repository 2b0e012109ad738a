using Fixity.ServiceDefaults.Secrets;
using Microsoft.Extensions.Configuration;

namespace Fixity.ServiceDefaults.Tests.Secrets;

public sealed class SecretRegistrationTests
{
    private const string Key = "the key of today, which is long enough";
    private const string OldKey = "the key of yesterday, long enough as well";
    private const string OlderKey = "the key of last year, which was long too";

    private static readonly byte[] Secret = "s"u8.ToArray();

    [Fact]
    public void Keys_come_from_settings_or_from_files()
    {
        var folder = Directory.CreateTempSubdirectory("fixity-keys-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "key"), Key + "\n");
            File.WriteAllText(Path.Combine(folder, "older"), OlderKey);
            using var box = Box(
                (SecretBox.KeyFileSetting, Path.Combine(folder, "key")),
                (SecretBox.FurtherKeysSetting + ":0", OldKey),
                (SecretBox.FurtherKeysSetting + ":1", ""),
                (SecretBox.FurtherKeyFilesSetting + ":0", Path.Combine(folder, "older")));

            foreach (var key in new[] { Key, OldKey, OlderKey })
            {
                using var single = new SecretBox(key);
                Assert.Equal(Secret, box.Open(single.Seal(Secret, "place"), "place"));
                Assert.Equal(key == Key, box.IsCurrent(single.Seal(Secret, "place")));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void No_key_and_two_that_contradict_are_refused()
    {
        Assert.Throws<InvalidOperationException>(() => Box());
        Assert.Throws<InvalidOperationException>(() => Box((SecretBox.KeySetting, Key), (SecretBox.KeyFileSetting, "/a/file")));
        Assert.Throws<InvalidOperationException>(() => Box((SecretBox.FurtherKeysSetting + ":0", OldKey)));
    }

    private static SecretBox Box(params (string Key, string? Value)[] settings) => SecretRegistration.BoxFrom(
        new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build());
}
