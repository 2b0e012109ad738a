using System.Text.Json;

namespace Fixity.Gateway.OpenIdConnect;

/// <summary>Finds what a configured claim says, wherever a provider puts it.</summary>
internal static class ClaimReader
{
    /// <param name="name">The name of a claim, dots and slashes included; else a path into objects, separated by dots.</param>
    /// <returns>The text, or the texts of the list; none where the claim is absent or holds something else.</returns>
    public static List<string> Texts(JsonElement claims, string name)
    {
        if (claims.TryGetProperty(name, out var whole))
        {
            return TextsIn(whole);
        }

        var place = claims;
        foreach (var step in name.Split('.'))
        {
            if (place.ValueKind != JsonValueKind.Object || !place.TryGetProperty(step, out place))
            {
                return [];
            }
        }

        return TextsIn(place);
    }

    public static List<string> TextsIn(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array =>
        [
            .. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!),
        ],
        _ => [],
    };
}
