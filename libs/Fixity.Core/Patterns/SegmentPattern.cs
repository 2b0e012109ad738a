using System.Collections;

namespace Fixity.Core.Patterns;

/// <summary>The part of a pattern between two slashes: matches one name.</summary>
internal sealed class SegmentPattern
{
    private readonly Token[] _tokens;

    // Without any wildcard: by far the most common, and a plain comparison.
    private readonly byte[]? _literal;

    private SegmentPattern(Token[] tokens)
    {
        _tokens = tokens;
        _literal = tokens.All(token => token.Kind == TokenKind.Byte) ? [.. tokens.Select(token => token.Value)] : null;
    }

    /// <summary>Two asterisks alone: any number of names.</summary>
    public bool IsAnyNames => _tokens is [{ Kind: TokenKind.AnyBytes }, { Kind: TokenKind.AnyBytes }, ..]
        && Array.TrueForAll(_tokens, token => token.Kind == TokenKind.AnyBytes);

    /// <summary>Takes one segment off the front of the pattern, with the slash behind it.</summary>
    /// <returns>Null: the pattern is broken, as the reason says.</returns>
    public static SegmentPattern? Take(ref ReadOnlySpan<byte> pattern, out string reason)
    {
        var tokens = new List<Token>();
        reason = "";
        while (!pattern.IsEmpty)
        {
            var head = pattern[0];
            pattern = pattern[1..];
            switch (head)
            {
                case (byte)'/':
                    return new SegmentPattern([.. tokens]);
                case (byte)'\\' when pattern.IsEmpty:
                    reason = "it ends in a backslash that escapes nothing";
                    return null;
                case (byte)'\\' when pattern[0] == '/':
                    break; // The slash itself is next.
                case (byte)'\\':
                    tokens.Add(new Token(TokenKind.Byte, pattern[0]));
                    pattern = pattern[1..];
                    break;
                case (byte)'?':
                    tokens.Add(new Token(TokenKind.AnyByte));
                    break;
                case (byte)'*':
                    tokens.Add(new Token(TokenKind.AnyBytes));
                    break;
                case (byte)'[':
                    if (ByteClass.Take(ref pattern, out reason) is not { } set)
                    {
                        return null;
                    }

                    tokens.Add(new Token(TokenKind.OneOf, Set: set));
                    break;
                default:
                    tokens.Add(new Token(TokenKind.Byte, head));
                    break;
            }
        }

        return new SegmentPattern([.. tokens]);
    }

    public bool Matches(ReadOnlySpan<byte> name)
    {
        if (_literal is not null)
        {
            return name.SequenceEqual(_literal);
        }

        // The last asterisk takes one byte more whenever the rest does not fit: no other need ever be tried again.
        int token = 0, at = 0, lastStar = -1, starTook = 0;
        while (at < name.Length)
        {
            if (token < _tokens.Length && _tokens[token].Kind == TokenKind.AnyBytes)
            {
                (lastStar, starTook) = (token++, at);
            }
            else if (token < _tokens.Length && _tokens[token].Matches(name[at]))
            {
                token++;
                at++;
            }
            else if (lastStar >= 0)
            {
                token = lastStar + 1;
                at = ++starTook;
            }
            else
            {
                return false;
            }
        }

        while (token < _tokens.Length && _tokens[token].Kind == TokenKind.AnyBytes)
        {
            token++;
        }

        return token == _tokens.Length;
    }

    private enum TokenKind
    {
        Byte,
        AnyByte,
        AnyBytes,
        OneOf,
    }

    private readonly record struct Token(TokenKind Kind, byte Value = 0, BitArray? Set = null)
    {
        public bool Matches(byte value) => Kind switch
        {
            TokenKind.Byte => Value == value,
            TokenKind.AnyByte => true,
            _ => Set is { } set && set[value],
        };
    }
}
