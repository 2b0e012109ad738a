using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Fixity.ServiceDefaults.Paging;

/// <summary>A keyset cursor: the key of the last row of a page, opaque to the client.</summary>
public static class Cursor
{
    public const int DefaultLimit = 50;
    public const int MaximumLimit = 200;

    public static string Encode<TKey>(TKey key) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(key));

    /// <returns>False when the text is no cursor of this kind; null or empty text is the first page: true, default key.</returns>
    public static bool TryDecode<TKey>(string? text, [MaybeNullWhen(true)] out TKey? key)
    {
        key = default;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        try
        {
            key = JsonSerializer.Deserialize<TKey>(Base64Url.DecodeFromChars(text));
            return key is not null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return false;
        }
    }

    /// <summary>The page size that is served for the one asked for: at least 1, at most <see cref="MaximumLimit"/>.</summary>
    public static int Limit(int? asked) => Math.Clamp(asked ?? DefaultLimit, 1, MaximumLimit);
}
