using Fixity.Testing.OpenApi;

namespace Fixity.Query.Tests.OpenApi;

[Trait("Category", "Database")]
public sealed class CommittedDocumentTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    [Fact]
    public Task The_service_is_what_its_committed_document_says() =>
        CommittedDocument.AssertAsync(query.Client, "services/Fixity.Query/openapi.json");
}
