using System.Text.Json;
using Fixity.Alert.Deliveries.Messages;

namespace Fixity.Alert.Tests.Deliveries.Messages;

public sealed class TemplateFormatTests
{
    [Theory]
    [InlineData("{\"text\": \"{{title}}\"}")]
    [InlineData("{{#each events}}{{severity}} {{text}}\n{{/each}}")]
    [InlineData("{{#if link}}{{link}}{{else}}no link{{/if}} {{target}} {{targetId}} {{scanId}}")]
    [InlineData("{{#each counts}}{{type}}={{count}} {{/each}}{{#unless isTest}}{{at}}{{/unless}}")]
    [InlineData("only words")]
    public void A_template_that_can_be_used_is_taken(string template) => Assert.Null(TemplateFormat.Check(template));

    [Theory]
    [InlineData("", "1 to")]
    [InlineData("{{#each events}}", "cannot be used")]
    [InlineData("{{tittle}}", "tittle")]
    [InlineData("{{> other}}", "other")]
    [InlineData("{{noHelper 1 2}}", "cannot be used")]
    [InlineData("{\"text\": {{title}} }", "begins like JSON")]
    [InlineData("{{#*inline \"a\"}}{{> a}}{{/inline}}{{> a}}", "cannot be used")]
    [InlineData("{{#each events}}{{#each @root.events}}{{#each @root.events}}{{@root.title}}{{@root.title}}{{/each}}{{/each}}{{/each}}", "more than")]
    public void What_is_wrong_with_a_template_is_said(string template, string word) =>
        Assert.Contains(word, TemplateFormat.Check(template), StringComparison.Ordinal);

    [Fact]
    public void What_braces_put_in_cannot_leave_its_string()
    {
        var written = Written.As("template", Written.OfPath("a\"}],\\\r\n{{title}}.txt"), "{\"path\": \"{{#each events}}{{path}}{{/each}}\"}");

        Assert.Equal("application/json", written.ContentType);
        Assert.Equal("a\"}],\\\\u{D}\\u{A}{{title}}.txt", JsonElement.Parse(written.Body).GetProperty("path").GetString());
    }

    [Fact]
    public void A_template_that_fails_after_all_still_tells()
    {
        var written = Written.As("template", Written.Event("file.corrupted"), "{{nothing}}");

        Assert.Equal("text/plain; charset=utf-8", written.ContentType);
        Assert.StartsWith("archive: photos/2019/lake.jpg is corrupted", written.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_reaches_nothing_of_the_program()
    {
        foreach (var path in new[] { "title.Length", "this.GetType.Assembly", "events.Capacity", "counts.Item", "constructor" })
        {
            Assert.NotNull(TemplateFormat.Check($"{{{{{path}}}}} {{{{{path}.Name}}}}"));
        }
    }
}
