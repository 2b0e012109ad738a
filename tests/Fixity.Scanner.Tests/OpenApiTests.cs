using Fixity.Testing.OpenApi;
using Fixity.Testing.Services;

namespace Fixity.Scanner.Tests;

public sealed class OpenApiTests
{
    [Fact]
    public async Task The_committed_document_is_what_the_service_says_of_itself()
    {
        // Needs no database: nothing of it is in the document.
        await using var service = new ServiceApplication<Program>("Host=/nowhere");

        await CommittedDocument.AssertAsync(service.CreateClient(), "services/Fixity.Scanner/openapi.json");
    }
}
