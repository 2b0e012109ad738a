namespace Fixity.Alert.Deliveries.Messages;

/// <summary>Any text as the value of a header (RFC 2047): nothing in it can end the header and begin another.</summary>
internal static class EncodedWords
{
    // An encoded word has at most 75 characters, and the line that it stands in 76: "Subject: =?utf-8?B?" and "?=" around
    // base64 of so many bytes.
    private const int BytesAWord = 36;
    private const int LineLength = 65;

    /// <param name="separator">Between words: a space, or in a mail a folded line. Readers drop it.</param>
    public static string Of(string text, string separator = " ")
    {
        // What looks like an encoded word must not be read as one.
        if (text.All(c => c is >= ' ' and <= '~') && !text.Contains("=?", StringComparison.Ordinal) && text.Length <= LineLength)
        {
            return text;
        }

        var words = new List<string>();
        var bytes = new List<byte>(BytesAWord);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(utf8);
            if (bytes.Count + length > BytesAWord)
            {
                Flush();
            }

            bytes.AddRange(utf8[..length]);
        }

        Flush();
        return string.Join(separator, words);

        void Flush()
        {
            words.Add($"=?utf-8?B?{Convert.ToBase64String([.. bytes])}?=");
            bytes.Clear();
        }
    }
}
