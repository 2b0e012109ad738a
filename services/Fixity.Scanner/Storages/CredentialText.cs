using System.Text.Json;
using Fixity.Core;

namespace Fixity.Scanner.Storages;

/// <summary>Reads the credentials that a reference leads to: a JSON object, or lines <c>key=value</c> as mount.cifs has them.</summary>
/// <remarks>What it says of a bad text never quotes it.</remarks>
internal static class CredentialText
{
    /// <returns>Null: it is not of that form, or does not say who and with what; <paramref name="problem"/> says which.</returns>
    public static StorageCredentials? Read(string text, out string problem)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        problem = text.AsSpan().TrimStart().StartsWith("{") ? ReadObject(text, found) : ReadLines(text, found);
        if (problem != "")
        {
            return null;
        }

        if (found.GetValueOrDefault("user") is not { Length: > 0 } user)
        {
            problem = "it names no user (user=, or accessKeyId=)";
            return null;
        }

        if (found.GetValueOrDefault("secret") is not { } secret)
        {
            problem = "it has no password (password=, or secretAccessKey=)";
            return null;
        }

        return new StorageCredentials(
            user, secret, found.GetValueOrDefault("domain"), found.GetValueOrDefault("sessionToken"));
    }

    private static string ReadObject(string text, Dictionary<string, string> found)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            foreach (var member in json.RootElement.EnumerateObject())
            {
                if (KeyOf(member.Name) is { } key && member.Value.ValueKind == JsonValueKind.String)
                {
                    found[key] = member.Value.GetString() ?? "";
                }
            }

            return "";
        }
        catch (JsonException)
        {
            return "it begins like a JSON object and is none";
        }
    }

    private static string ReadLines(string text, Dictionary<string, string> found)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var content = line.TrimEnd('\r');
            if (string.IsNullOrWhiteSpace(content) || content.TrimStart()[0] == '#')
            {
                continue;
            }

            var equals = content.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                return $"its line {number} is not of the form key=value";
            }

            // A password may begin and end with spaces.
            if (KeyOf(content[..equals].Trim()) is { } key)
            {
                found[key] = content[(equals + 1)..];
            }
        }

        return "";
    }

    private static string? KeyOf(string name) => name.ToUpperInvariant() switch
    {
        "USER" or "USERNAME" or "ACCESSKEYID" => "user",
        "PASSWORD" or "SECRET" or "SECRETACCESSKEY" => "secret",
        "DOMAIN" => "domain",
        "SESSIONTOKEN" => "sessionToken",
        _ => null,
    };
}
