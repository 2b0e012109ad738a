using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Fixity.Testing.S3;

/// <summary>Checks the signature of a call as strictly as Amazon documents it (Signature Version 4, in headers).</summary>
internal sealed class SignatureV4(string accessKey, string secret, string? sessionToken, string region, TimeProvider clock)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private static readonly TimeSpan MostSkew = TimeSpan.FromMinutes(15);

    /// <param name="rawTarget">Path and query as they were sent.</param>
    /// <returns>Null: all is well. Otherwise status and code of the refusal.</returns>
    public (int Status, string Code)? Refuse(HttpRequest request, string rawTarget, byte[] body)
    {
        var header = request.Headers.Authorization.ToString();
        if (!TryRead(header, out var credential, out var signed, out var signature))
        {
            return (403, "AccessDenied");
        }

        var scope = credential.Split('/');
        var date = request.Headers["x-amz-date"].ToString();
        if (scope.Length != 5 || scope[3] != "s3" || scope[4] != "aws4_request" || !date.StartsWith(scope[1], StringComparison.Ordinal))
        {
            return (400, "AuthorizationHeaderMalformed");
        }

        if (scope[0] != accessKey)
        {
            return (403, "InvalidAccessKeyId");
        }

        if (scope[2] != region)
        {
            return (400, "AuthorizationHeaderMalformed");
        }

        if (!DateTimeOffset.TryParseExact(
                date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            || (clock.GetUtcNow() - at).Duration() > MostSkew)
        {
            return (403, "RequestTimeTooSkewed");
        }

        if (!MustBeSigned(request).All(signed.Contains))
        {
            return (403, "AccessDenied");
        }

        var payload = request.Headers["x-amz-content-sha256"].ToString();
        if (payload != Convert.ToHexStringLower(SHA256.HashData(body)))
        {
            return (400, "XAmzContentSHA256Mismatch");
        }

        var token = request.Headers["x-amz-security-token"].ToString();
        if (token != (sessionToken ?? ""))
        {
            return (400, "InvalidToken");
        }

        var expected = Sign(scope, date, Canonical(request, rawTarget, signed, payload));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(signature))
            ? null
            : (403, "SignatureDoesNotMatch");
    }

    /// <summary>Every byte but the unreserved ones as <c>%HH</c>; the slashes of a path stay.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes, bool isPath)
    {
        var text = new StringBuilder();
        foreach (var value in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)value) || "-._~"u8.Contains(value) || (isPath && value == '/'))
            {
                text.Append((char)value);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }

        return text.ToString();
    }

    public static byte[] Decode(string encoded, bool plusIsSpace)
    {
        var bytes = new List<byte>(encoded.Length);
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] == '%')
            {
                bytes.Add(Convert.FromHexString(encoded.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                bytes.Add(plusIsSpace && encoded[i] == '+' ? (byte)' ' : (byte)encoded[i]);
            }
        }

        return [.. bytes];
    }

    private static bool TryRead(string header, out string credential, out string[] signed, out string signature)
    {
        (credential, signed, signature) = ("", [], "");
        if (!header.StartsWith(Algorithm + " ", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var part in header[Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries))
        {
            var (name, value) = part.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
                ? (part[..at], part[(at + 1)..])
                : (part, "");
            switch (name)
            {
                case "Credential":
                    credential = value;
                    break;
                case "SignedHeaders":
                    signed = value.Split(';');
                    break;
                case "Signature":
                    signature = value;
                    break;
            }
        }

        return credential.Length > 0 && signed.Length > 0 && signature.Length > 0
            && signed.SequenceEqual(signed.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> MustBeSigned(HttpRequest request) => request.Headers.Keys
        .Select(name => name.ToLowerInvariant())
        .Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal))
        .Append("host");

    private static string Canonical(HttpRequest request, string rawTarget, string[] signed, string payload)
    {
        var (path, query) = rawTarget.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at
            ? (rawTarget[..at], rawTarget[(at + 1)..])
            : (rawTarget, "");
        var parameters = query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2))
            .Select(pair => (Name: Again(pair[0]), Value: pair.Length > 1 ? Again(pair[1]) : ""))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
            .Select(pair => $"{pair.Name}={pair.Value}");
        var headers = signed.Select(name => $"{name}:{Folded(request.Headers[name].ToString())}\n");
        return string.Join('\n',
            request.Method, Encode(Decode(path, plusIsSpace: false), isPath: true), string.Join('&', parameters),
            string.Concat(headers), string.Join(';', signed), payload);

        static string Again(string encoded) => Encode(Decode(encoded, plusIsSpace: true), isPath: false);
    }

    private static string Folded(string value) =>
        string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private string Sign(string[] scope, string date, string canonical)
    {
        var text = string.Join('\n',
            Algorithm, date, string.Join('/', scope[1..]), Convert.ToHexStringLower(Hash(canonical)));
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in scope[1..])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
