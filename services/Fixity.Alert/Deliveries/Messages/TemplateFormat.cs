using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using HandlebarsDotNet;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>A body that an administrator wrote, in Handlebars: for receivers that no other format fits.</summary>
internal sealed class TemplateFormat : IMessageFormat
{
    private const int MostTemplateLength = 16 * 1024;
    private const int MostBodyLength = 256 * 1024;
    private const int MostCompiled = 100;
    private const int PartialDepth = 10;

    private static readonly IHandlebars Engine = Handlebars.Create(new HandlebarsConfiguration
    {
        TextEncoder = new JsonText(),
        FormatProvider = CultureInfo.InvariantCulture,
        ThrowOnUnresolvedBindingExpression = true,
        PartialRecursionDepthLimit = PartialDepth,
    });

    private readonly ConcurrentDictionary<string, HandlebarsTemplate<TextWriter, object, object>> _compiled = new();

    public string Name => "template";

    /// <summary>Tries it on samples.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? Check(string template)
    {
        if (string.IsNullOrWhiteSpace(template) || template.Length > MostTemplateLength)
        {
            return $"template must have 1 to {MostTemplateLength} characters.";
        }

        try
        {
            var compiled = Engine.Compile(new StringReader(template));
            foreach (var sample in Samples.Messages(DateTimeOffset.UnixEpoch))
            {
                if (JsonError(Render(compiled, sample)) is { } error)
                {
                    return $"template begins like JSON, but what it makes of a sample is none: {error}";
                }
            }

            return null;
        }
#pragma warning disable CA1031 // Not swallowed: said to whoever wrote the template.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"template cannot be used: {e.Message}";
        }
    }

    public WrittenMessage Write(Message message, MessageFormatSettings settings)
    {
        var title = MessageWords.Title(message);
        string body;
        try
        {
            body = Render(CompiledOf(settings.Template ?? ""), message);
        }
#pragma warning disable CA1031 // It was tried on samples. What is told matters more than how: the receiver gets at least this.
        catch (Exception e)
#pragma warning restore CA1031
        {
            body = $"{title}\n\nThe template of this webhook failed: {SafeText.Line(e.Message)}";
        }

        var contentType = LooksLikeJson(body) && JsonError(body) is null ? "application/json" : "text/plain; charset=utf-8";
        return new WrittenMessage(title, body, contentType, NoHeaders.Instance);
    }

    private HandlebarsTemplate<TextWriter, object, object> CompiledOf(string template)
    {
        if (_compiled.Count > MostCompiled)
        {
            // Of webhooks that were changed since; those in use come back with their next message.
            _compiled.Clear();
        }

        return _compiled.GetOrAdd(template, text => Engine.Compile(new StringReader(text)));
    }

    private static string Render(HandlebarsTemplate<TextWriter, object, object> template, Message message)
    {
        using var body = new BoundedWriter(MostBodyLength);
        template(body, TemplateData.Of(message), null!);
        return body.ToString();
    }

    private static bool LooksLikeJson(string body) => body.AsSpan().TrimStart() is ['{' or '[', ..];

    private static string? JsonError(string body)
    {
        if (!LooksLikeJson(body))
        {
            return null;
        }

        try
        {
            using var parsed = JsonDocument.Parse(body);
            return null;
        }
        catch (JsonException e)
        {
            return e.Message;
        }
    }

    /// <summary>What two braces put in is escaped as within a string of JSON; three put it in as it is.</summary>
    private sealed class JsonText : ITextEncoder
    {
        public void Encode(StringBuilder? text, TextWriter target) => Encode(text?.ToString(), target);

        public void Encode(string? text, TextWriter target) => target.Write(
            JsonEncodedText.Encode(text ?? "", JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value);

        public void Encode<T>(T? text, TextWriter target)
            where T : IEnumerator<char>
        {
            var whole = new StringBuilder();
            while (text?.MoveNext() == true)
            {
                whole.Append(text.Current);
            }

            Encode(whole, target);
        }
    }

    /// <summary>A loop within a loop may write without end.</summary>
    private sealed class BoundedWriter(int most) : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void Write(char value)
        {
            Check(1);
            base.Write(value);
        }

        public override void Write(string? value)
        {
            Check(value?.Length ?? 0);
            base.Write(value);
        }

        public override void Write(char[] buffer, int index, int count)
        {
            Check(count);
            base.Write(buffer, index, count);
        }

        public override void Write(ReadOnlySpan<char> buffer)
        {
            Check(buffer.Length);
            base.Write(buffer);
        }

        private void Check(int more)
        {
            if (GetStringBuilder().Length + more > most)
            {
                throw new InvalidOperationException($"It makes more than {most} characters.");
            }
        }
    }
}
