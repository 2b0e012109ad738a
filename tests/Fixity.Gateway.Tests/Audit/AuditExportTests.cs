using System.Net;
using System.Text.Json;
using Fixity.Gateway.Audit;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.Tests.Audit;

[Trait("Category", "Database")]
public sealed class AuditExportTests : IAsyncLifetime
{
    private readonly GatewayFixture _gateway = new();

    private Browser _admin = null!;

    public async Task InitializeAsync()
    {
        await _gateway.InitializeAsync();
        await _gateway.Database.ExecuteAsync("""
            insert into gateway.audit_log (at, actor, action, object, details, address)
            values ('2026-01-01T00:00:00Z', '=HYPERLINK("http://evil")', 'sign-in-failed', null, '{}', '10.0.0.1'),
                ('2026-01-02T00:00:00Z', 'bob', 'target-changed', 'target 8', '{"note": "100% of a_b, \"all\""}', '10.0.0.2'),
                ('2026-01-03T00:00:00Z', 'token:100', 'target-changed', 'target 80', '{"note": "aXb"}', '10.0.0.2')
            """);
        _admin = await _gateway.SignInAsAsync(Roles.Admin, "ada"); // Entry 4.
    }

    public Task DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("", 4, 3, 2, 1)]
    [InlineData("actor=bob", 2)]
    [InlineData("action=target-changed", 3, 2)]
    [InlineData("object=target%208", 2)]
    [InlineData("since=2026-01-02T00:00:00Z&until=2026-01-03T00:00:00Z", 2)]
    [InlineData("q=A_B", 2)]
    [InlineData("q=100%25", 2)]
    [InlineData("q=HYPER", 1)]
    [InlineData("action=target-changed&q=10.0.0.2&actor=token:100", 3)]
    [InlineData("actor=nobody")]
    public async Task A_filter_lets_through_what_it_says(string filter, params int[] expected)
    {
        using var list = await _admin.Http.GetAsync($"/api/v1/audit?{filter}");
        var lines = await _admin.Http.GetStringAsync($"/api/v1/audit/export?format=jsonl&{filter}");

        Assert.Equal(expected, IdsOf((await list.JsonAsync()).GetProperty("items").EnumerateArray()));
        Assert.Equal(expected.Reverse(), IdsOf(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonElement.Parse(line))));
    }

    [Theory]
    [InlineData("since=yesterday", "since")]
    [InlineData("since=2026-01-02&until=2026-01-01", "until")]
    [InlineData("q=%00", "q")]
    public async Task What_is_no_filter_is_said(string filter, string field)
    {
        foreach (var path in new[] { "/api/v1/audit", "/api/v1/audit/export" })
        {
            using var answer = await _admin.Http.GetAsync($"{path}?{filter}");

            await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "validation");
            Assert.True((await answer.JsonAsync()).GetProperty("errors").TryGetProperty(field, out _));
        }
    }

    [Fact]
    public async Task A_spreadsheet_finds_no_formula_in_it()
    {
        using var answer = await _admin.Http.GetAsync("/api/v1/audit/export?format=csv&action=sign-in-failed");

        Assert.Equal("text/csv", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("audit.csv", answer.Content.Headers.ContentDisposition?.FileName);
        var lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n");
        Assert.Equal("id,at,actor,action,object,address,correlationId,details,hash", lines[0]);
        Assert.StartsWith(
            "1,2026-01-01T00:00:00.0000000Z,\"'=HYPERLINK(\"\"http://evil\"\")\",sign-in-failed,,10.0.0.1,,{},", lines[1],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("=1", "'=1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@x", "'@x")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("a=b", "a=b")]
    public void A_cell_is_what_it_shows(string value, string cell) => Assert.Equal(cell, AuditExport.Cell(value));

    [Fact]
    public async Task Another_format_is_none()
    {
        using var answer = await _admin.Http.GetAsync("/api/v1/audit/export?format=xlsx");

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "validation");
    }

    private static IEnumerable<int> IdsOf(IEnumerable<JsonElement> entries) =>
        entries.Select(entry => entry.GetProperty("id").GetInt32());
}
